// SPDX-License-Identifier: Apache-2.0
#include "support/world_apt.hpp"

#include "support/world_programs.hpp"

namespace agent::world {
namespace {

constexpr int apt_error = 100;  // apt-get(8)
constexpr std::size_t lists_of_an_image = 3;

// The files of the default profile's packages that the agent reads.
void unpack(FakeHost& host, const std::string& package) {
  const FileMode program{0755};
  if (package == "ufw") {
    host.files.put("/usr/sbin/ufw", "#!/usr/bin/python3", program);
    for (const char* name :
         {"before", "before6", "after", "after6", "user", "user6"}) {  // postinst copies the templates
      host.files.put(fmt::format("/usr/share/ufw/iptables/{}.rules", name), "*filter\n");
      host.files.put(fmt::format("/etc/ufw/{}.rules", name), "*filter\n", {0640});
    }
    host.files.put("/etc/ufw/ufw.conf", "ENABLED=no\n");
    host.files.put("/etc/default/ufw",
                   "# /etc/default/ufw\n\nIPV6=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\n"
                   "DEFAULT_OUTPUT_POLICY=\"ACCEPT\"\nDEFAULT_FORWARD_POLICY=\"DROP\"\n"
                   "DEFAULT_APPLICATION_POLICY=\"SKIP\"\n");
  }
  if (package == "iptables") host.files.put_symlink("/usr/sbin/iptables", "/etc/alternatives/iptables");
  if (package == "nftables") host.files.put("/usr/sbin/nft", "ELF", program);
  if (package == "sudo") {
    host.files.put("/usr/sbin/visudo", "ELF", program);
    host.files.put("/usr/bin/sudo", "ELF", {04755});
  }
  host.files.sync_tree(
      "/usr/sbin");  // dpkg syncs the files that it unpacks, but not those that postinst makes
  host.files.sync_tree("/usr/share");
  host.files.sync_tree("/etc/default");  // ufw's settings are a file of the package, but its rules are not
}

bool no_lists(const FakeHost& host) {
  const auto lists = host.list("/var/lib/apt/lists");
  return !lists || lists->size() <= lists_of_an_image;
}

Completed unparsable(const std::string& what) {
  return refuses(apt_error, "E: " + what + "\nE: and more of it\n");
}

}  // namespace

Completed Apt::update(FakeHost& host, const Command& command) {
  if (host.now() < lists_locked_until)
    return refuses(apt_error,
                   "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)\n"
                   "E: Unable to lock directory /var/lib/apt/lists/\n");
  if (host.now() < unreachable_until) {  // apt(8): with a name that does not resolve, or a refused
                                         // connection, it goes on with
                                         // what it has
    const bool strict = has(command.argv, "--error-on=any");
    const std::string mark = strict ? "E: " : "W: ";
    return {
        strict ? apt_error : 0, false, "Reading package lists...\n",
        mark +
            "Failed to fetch http://deb.test/debian/dists/stable/InRelease  Could not resolve 'deb.test'\n" +
            mark +
            "Some index files failed to download. They have been ignored, or old ones used instead.\n"};
  }
  if (no_lists(host)) corrupt_lists = empty_lists = false;
  if (corrupt_lists) return unparsable(corrupt_says);
  for (const char* suite : {"main", "security", "updates"})
    host.files.put(std::string("/var/lib/apt/lists/deb.test_") + suite + "_Packages", "Package: ufw\n");
  stale_lists = false;
  if (other_suite_is_gone)
    return refuses(
        apt_error,
        "E: Failed to fetch http://other.test/dists/x/main/binary-amd64/Packages  404  Not Found\n"
        "E: Some index files failed to download. They have been ignored, or old ones used instead.\n");
  return says("Reading package lists...\n");
}

Completed Apt::install(FakeHost& host, const Command& command) {
  if (host.now() < dpkg_locked_until)
    return refuses(
        apt_error,
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 700 (unattended-upgr)\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process "
        "using it?\n");
  if (interrupted)
    return refuses(
        apt_error,
        "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. \n");
  if (corrupt_lists) return unparsable(corrupt_says);
  if (empty_lists) return refuses(apt_error, "E: Package 'ufw' has no installation candidate\n");
  if (no_lists(host)) return refuses(apt_error, "E: Unable to locate package ufw\n");
  if (host.now() < archives_locked_until)
    return refuses(apt_error,
                   "E: Could not get lock /var/cache/apt/archives/lock. It is held by process 955 (apt-get)\n"
                   "E: Unable to lock directory /var/cache/apt/archives/\n");
  if (!would_remove.empty()) {
    auto done = refuses(apt_error, "E: Packages need to be removed but remove is disabled.\n");
    done.out = "Reading package lists...\nThe following packages will be REMOVED:\n  " + would_remove +
               "\nThe following NEW packages will be installed:\n  ufw\n";
    return done;
  }
  if (host.now() < unreachable_until)
    return refuses(apt_error,
                   "E: Failed to fetch http://deb.test/ufw_0.36.deb  Could not resolve 'deb.test'\n"
                   "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n");
  if (stale_lists)
    return refuses(apt_error,
                   "E: Failed to fetch http://deb.test/ufw_0.36.deb  404  Not Found [IP: 192.0.2.1 80]\n"
                   "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n");
  bool names = false;
  for (const auto& word : command.argv) {
    if (names && installed.insert(word).second) unpack(host, word);
    names = names || word == "--";
  }
  host.files.commit_names();  // dpkg syncs its list of what is installed, last
  return says("");
}

void Apt::attach(FakeHost& host) {
  for (const char* file : {"auxfiles", "lock", "partial"})
    host.files.put(std::string("/var/lib/apt/lists/") + file, "");
  host.on_run("apt-get", [this](FakeHost& on, const Command& command) -> Result<Completed> {
    return command.argv.at(1) == "update" ? update(on, command) : install(on, command);
  });
  host.on_run("dpkg", [this](FakeHost&, const Command&) -> Result<Completed> {
    interrupted = false;
    return says("");
  });
  host.on_query("dpkg-query", [this](const FakeHost&, const Command& command) -> Result<Completed> {
    Completed done;
    bool names = false;
    for (const auto& word : command.argv) {
      if (names && installed.contains(word)) done.out += word + " installed\n";
      if (names && !installed.contains(word)) {
        done.err += "dpkg-query: no packages found matching " + word + "\n";
        done.exit_code = 1;
      }
      names = names || word == "--";
    }
    return done;
  });
}

}  // namespace agent::world
