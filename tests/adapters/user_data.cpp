// SPDX-License-Identifier: Apache-2.0
// Rendered user-data, run by real shells with a stub as curl. The files on the server must be equal to the
// input.
#include "cli/user_data.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

#include "adapters/child.hpp"
#include "adapters/scratch.hpp"
#include "platform/crypto/sha256.hpp"

using namespace agent;
using namespace agent::test;
namespace fs = std::filesystem;

namespace {

const std::string url = "https://mirror.example.com/bootstrap-agent-{arch}";
const std::string stub_agent =
    "#!/bin/sh\n[ \"$1\" = --version ] || { echo \"$*\" >\"$CALLS\"; echo out; echo err >&2; exit 1; }\n";
constexpr std::array<const char*, 2> shells = {"dash", "bash"};

// A server for the script: its absolute paths are in a scratch directory, and curl returns what the test
// says.
class Server {
 public:
  Server() {
    fs::create_directories(root("bin"));
    fs::create_directories(root("cloud/instances/1/scripts"));
    fs::create_directories(root("cloud/instances/1/sem"));
    fs::create_directory_symlink("instances/1", root("cloud/instance"));
    program("uname", "echo x86_64");
    serves(stub_agent);
  }
  void program(const std::string& name, const std::string& body) const {
    scratch_.write("bin/" + name, "#!/bin/sh\n" + body + "\n");
    fs::permissions(root("bin/" + name), fs::perms::owner_all);
  }
  // curl's --output is the argument before --write-out.
  void serves(const std::string& agent, const std::string& answer = "HTTP 200 ") const {
    scratch_.write("served", agent);
    program("curl", "while [ \"$2\" != --write-out ]; do shift; done; cat '" + root("served") +
                        "' >\"$1\"; printf '%s' '" + answer + "'");
  }
  // Returns the exit code. The script is in the place where cloud-init would put it.
  int run(const std::string& shell, std::string script) const {
    place(script, "/root/bootstrap-agent", root("agent"));
    place(script, "/var/lib/cloud", root("cloud"));
    place(script, "/dev/console", root("console"));
    scratch_.write("console", "");
    scratch_.write("cloud/instance/sem/config_scripts_user", "");
    for (const auto* copy :
         {"user-data.txt", "user-data.txt.i", "obj.pkl", "cloud-config.txt", "scripts/part-001"})
      scratch_.write(std::string("cloud/instances/1/") + copy, script);
    return test::run({"env", "-i", "-C", scratch_.path(), "PATH=" + root("bin") + ":/usr/bin:/bin",
                      "CALLS=" + root("calls"), shell, root("cloud/instances/1/scripts/part-001")});
  }
  [[nodiscard]] std::string read(const std::string& name) const { return scratch_.read(name); }
  [[nodiscard]] std::string root(const std::string& name) const { return scratch_.path(name); }
  // All regular files but the test's own.
  [[nodiscard]] std::string left() const {
    std::string names;
    for (const auto& entry : fs::recursive_directory_iterator(scratch_.path()))
      if (entry.is_regular_file() && entry.path().parent_path().filename() != "bin" &&
          entry.path().filename() != "served")
        names += entry.path().filename().string() + " ";
    return names;
  }

 private:
  static void place(std::string& script, const std::string& there, const std::string& here) {
    REQUIRE(script.find(there) != std::string::npos);
    for (auto at = script.find(there); at != std::string::npos; at = script.find(there, at + here.size()))
      script.replace(at, there.size(), here);
  }
  Scratch scratch_;
};

UserData user_data(const std::string& profile, const std::string& secrets, const std::string& from = url,
                   const std::string& sha256 = sha256_hex(stub_agent)) {
  auto source = AgentSource::in_sums(from, sha256 + "  bootstrap-agent-x86_64\n", "SHA256SUMS");
  REQUIRE_MESSAGE(source, source.error().message);
  return {*source, profile, secrets};
}

std::string rendered(const UserData& from) {
  auto script = render_user_data(from);
  REQUIRE_MESSAGE(script, script.error().message);
  return *script;
}

std::string utf8(char32_t code) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | (code >> 6)), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000)
    return {byte(0xE0 | (code >> 12)), byte(0x80 | ((code >> 6) & 0x3F)), byte(0x80 | (code & 0x3F))};
  return {byte(0xF0 | (code >> 18)), byte(0x80 | ((code >> 12) & 0x3F)), byte(0x80 | ((code >> 6) & 0x3F)),
          byte(0x80 | (code & 0x3F))};
}

// Made of printable characters, of texts with a special meaning to a shell, printf or the script itself, and
// of all Unicode.
std::string random_text(std::mt19937& random) {
  static const std::array<std::string, 35> pieces = {"'",
                                                     "\"",
                                                     "$",
                                                     "`",
                                                     "\\",
                                                     "\n",
                                                     "\n",
                                                     "$(touch canary)",
                                                     "`touch canary`",
                                                     "; touch canary\n",
                                                     "\ntouch canary\n",
                                                     "\nEND\n",
                                                     "\nA-END\n",
                                                     "\nEND",
                                                     "\nE",
                                                     "\nA-",
                                                     "-",
                                                     "\n--",
                                                     "%s",
                                                     "%",
                                                     "!",
                                                     "#",
                                                     "&",
                                                     "|",
                                                     ">canary",
                                                     "\r\n",
                                                     "\\\n",
                                                     "${HOME}",
                                                     "~",
                                                     "*",
                                                     " ",
                                                     "\n<<END\n",
                                                     "'\ntouch canary #",
                                                     "ü"};
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  std::string text;
  for (auto count = below(40); count > 0; --count) {
    const auto kind = below(4);
    if (kind < 2)
      text += pieces[below(pieces.size())];
    else if (kind == 2)
      text += static_cast<char>(' ' + below('~' - ' ' + 1));
    else  // surrogates are not characters; every second character takes two bytes
      text += utf8(static_cast<char32_t>(below(2) == 0 ? 0xA0 + below(0x760) : 0xE000 + below(0x102000)));
  }
  return text;
}

std::string with_newline(const std::string& text) {
  return text.empty() || text.ends_with('\n') ? text : text + "\n";
}

}  // namespace

TEST_CASE("user-data: whatever profile and secrets hold comes out the same, and none of it is executed") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto profile = random_text(random);
    const auto secrets = random_text(random);
    const auto script = rendered(user_data(profile, secrets));
    for (const auto* shell : shells) {
      CAPTURE(shell);
      const Server server;
      CHECK(server.run(shell, script) == 1);  // the agent's own exit code
      const auto directory = server.root("agent");
      const auto option = [&](const std::string& name, const std::string& text) {
        return text.empty() ? "" : " --" + name + " " + directory + "/" + name + ".yaml";
      };
      CHECK(server.read("calls") ==
            "--first-boot" + option("profile", profile) + option("secrets", secrets) + "\n");
      CHECK(server.read("agent/profile.yaml") == with_newline(profile));
      CHECK(server.read("agent/secrets.yaml") == with_newline(secrets));
      CHECK(server.read("console") == "err\n");
      CHECK_FALSE(fs::exists(server.root("canary")));
    }
  }
}

TEST_CASE("user-data: the files are root's alone, from the first byte") {
  const Server server;
  const auto script = rendered(user_data("user: a\n", "gateway_token: 'x'\n"));
  server.program("cat", "stat -L -c %a /proc/self/fd/1 >>" + server.root("modes") + "; exec /bin/cat \"$@\"");
  CHECK(server.run("dash", script) == 1);
  CHECK(server.read("modes") == "600\n600\n600\n");  // what curl fetches, the profile, the secrets
  CHECK((fs::status(server.root("agent")).permissions() & fs::perms::mask) == fs::perms::owner_all);
}

TEST_CASE(
    "user-data: it runs again at each boot until the agent has taken over, and starts the agent even where "
    "that cannot be arranged") {
  const Server server;
  const auto script = rendered(user_data("user: a\n", "gateway_token: 'x'\n"));
  CHECK(server.run("dash", script) == 1);
  CHECK_FALSE(fs::exists(server.root("cloud/instance/sem/config_scripts_user")));
  fs::remove(server.root("calls"));
  server.program("sync", "exit 1");
  server.program("rm", "case $* in *sem*) exit 1 ;; *) exec /bin/rm \"$@\" ;; esac");
  CHECK(server.run("dash", script) == 1);
  CHECK(server.read("calls").starts_with("--first-boot"));
}

TEST_CASE("user-data: what is not the agent is not executed, one line says why, and nothing is left") {
  const auto script = rendered(user_data("user: a\n", "gateway_token: 'x'\n"));
  const auto refused = [](const Server& server, const std::string& text) {
    std::string why;
    for (const auto* shell : shells) {
      CAPTURE(shell);
      CHECK(server.run(shell, text) != 0);
      CHECK(server.left() == "console ");
      CHECK_FALSE(fs::exists(server.root("agent")));
      const auto line = server.read("console");
      CHECK(std::count(line.begin(), line.end(), '\n') == 1);
      const std::string begin = "bootstrap-agent: not started: ";
      REQUIRE(line.starts_with(begin));
      why = line.substr(begin.size());
    }
    return why;
  };
  const std::string file = "https://mirror.example.com/bootstrap-agent-x86_64";

  SUBCASE("another hash") {
    const Server server;
    server.serves(stub_agent + "# changed\n");
    CHECK(refused(server, script) == file + " has SHA-256 " + sha256_hex(stub_agent + "# changed\n") +
                                         ", expected " + sha256_hex(stub_agent) + "\n");
  }
  SUBCASE("an answer that is no file, even of the right content") {
    const Server server;
    server.serves(stub_agent, "HTTP 404 ");
    CHECK(refused(server, script) == "cannot fetch " + file + ": HTTP 404\n");
    server.serves(stub_agent, "HTTP 000 Could not resolve host: mirror.example.com");
    CHECK(refused(server, script) ==
          "cannot fetch " + file + ": HTTP 000 Could not resolve host: mirror.example.com\n");
  }
  SUBCASE("no curl") {
    const Server server;
    server.program("curl", "exit 127");
    CHECK(refused(server, script) == "cannot fetch " + file + ": no curl\n");
  }
  SUBCASE("another architecture") {
    const Server server;
    server.program("uname", "echo riscv64");
    CHECK(refused(server, script) == "there is no agent for riscv64\n");
  }
  SUBCASE("a program that does not run") {
    const Server server;
    const std::string wrong =
        "\x7f"
        "ELF of another machine";
    server.serves(wrong);
    CHECK(refused(server, rendered(user_data("", "gateway_token: 'x'\n", url, sha256_hex(wrong)))) ==
          file + " does not run here (x86_64)\n");
  }
  SUBCASE("a disk that is full") {
    const Server server;
    server.program("cat", "exit 1");
    server.program("curl", "while [ \"$2\" != --write-out ]; do shift; done; cp '" + server.root("served") +
                               "' \"$1\"; printf 'HTTP 200 '");
    CHECK(refused(server, script) == "cannot write to " + server.root("agent") + "\n");
  }
  SUBCASE("a signal") {
    const Server server;
    server.program("curl", "kill $PPID");
    CHECK(refused(server, script).starts_with("cannot "));
  }
}

TEST_CASE("user-data: a URL is one word, whatever it contains") {
  const std::string odd =
      "https://mirror.example.com/$(touch$IFS!canary)/*;touch&canary!~%41[1-3](x)/"
      "bootstrap-agent-{arch}?a=$HOME&b=";
  for (const auto* shell : shells) {
    const Server server;
    server.program("curl", "while [ \"$2\" != --write-out ]; do shift; done; printf '%s' \"$4\" >" +
                               server.root("asked"));
    CHECK(server.run(shell, rendered(user_data("", "", odd))) != 0);
    CHECK(server.read("asked") ==
          "https://mirror.example.com/$(touch$IFS!canary)/*;touch&canary!~%41[1-3](x)/"
          "bootstrap-agent-x86_64?a=$HOME&b=");
    CHECK_FALSE(fs::exists(server.root("canary")));
  }
}
