// SPDX-License-Identifier: Apache-2.0
#include "platform/real_host.hpp"

#include <poll.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "platform/fs/archive.hpp"
#include "platform/fs/files.hpp"
#include "platform/fs/open_files.hpp"
#include "platform/fs/tree.hpp"
#include "platform/fs/trim.hpp"
#include "platform/fs/unwritten_extents.hpp"
#include "platform/http/fetch.hpp"
#include "platform/http/http.hpp"
#include "platform/net/firewall_probe.hpp"
#include "platform/posix/accounts.hpp"
#include "platform/posix/posix.hpp"
#include "platform/process/process.hpp"
#include "platform/process/user_namespace.hpp"
#include "platform/secrets/secret_bytes.hpp"
#include "platform/systemd/systemd.hpp"
#include "secrets/redact.hpp"

namespace agent {

RealHost::RealHost(Options options) : options_(std::move(options)) {}

Result<Milliseconds> RealHost::within(Milliseconds timeout, std::string_view what) const {
  const TimePoint deadline = deadline_;
  if (deadline == TimePoint::max()) return timeout;
  const auto left = std::chrono::duration_cast<Milliseconds>(deadline - now());
  if (left <= Milliseconds::zero())
    return fail(Errc::timed_out, "{}: the deadline of the whole run has passed", what);
  return std::min(timeout, left);
}

Status RealHost::before(std::string_view change, std::string_view what) {
  // A secret may be destroyed even after the deadline, such as an auth key's file when `tailscale up` took
  // all the time.
  if (change != "wipe_file")
    if (auto left = within(Milliseconds::max(), fmt::format("{} {}", change, what)); !left)
      return pass(std::move(left));
  ++mutations_;
  if (options_.log_line) options_.log_line(redact(fmt::format("{} {}", change, what)));
  return {};
}

// Observations.

Result<std::optional<FileInfo>> RealHost::stat(const Path& path) const { return files::stat(path); }
Result<std::string> RealHost::read_file(const Path& path, std::size_t limit) const {
  return files::read(path, limit);
}
Result<std::string> RealHost::read_link(const Path& path) const { return files::read_link(path); }
Result<std::vector<std::string>> RealHost::list(const Path& directory) const {
  return files::list(directory);
}
Result<std::string> RealHost::fingerprint(const std::string& directory) const {
  return tree::fingerprint(directory);
}
Result<SecretSearch> RealHost::find_secrets(const std::string& path, unsigned depth) const {
  return secret_bytes::find(path, depth);
}
Holders RealHost::processes_that_hold(const std::vector<std::string>& paths) const {
  return agent::processes_that_hold(paths);
}
Result<std::optional<User>> RealHost::find_user(const std::string& name) const { return find_account(name); }
Result<Completed> RealHost::query(const Query& query) const { return run_within(query.command()); }
Result<bool> RealHost::can_unshare(const User& user) const { return can_make_user_namespace(user); }

Result<bool> RealHost::probe_firewall(const NewConnection& connection, const std::string& without_chain) {
  AGENT_TRY_ASSIGN(auto rules, run_within(save_rules(connection.to.find(':') != std::string::npos)));
  if (!rules.ok()) return fail(Errc::failed, "iptables-save: {}", rules.err);
  return probe_rules(rules.out, connection, without_chain);
}

Result<HttpResponse> RealHost::http_get(const HttpGet& request) const {
  AGENT_TRY_ASSIGN(auto timeout, within(request.timeout, request.url));
  auto clipped = request;
  clipped.timeout = timeout;
  return agent::http_get(clipped);
}

Result<UnitState> RealHost::unit(const Scope& scope, const std::string& name) const {
  return unit_state(scope, name);
}

std::string RealHost::architecture() const {
  utsname names = {};
  ::uname(&names);  // fails only for an invalid address
  return names.machine;
}

TimePoint RealHost::now() const { return std::chrono::steady_clock::now(); }
std::chrono::system_clock::time_point RealHost::wall_clock() const {
  return std::chrono::system_clock::now();
}

void RealHost::pause(Milliseconds duration) const { ::poll(nullptr, 0, static_cast<int>(duration.count())); }

Result<std::string> RealHost::contents(const Fetched& file, std::size_t limit) const {
  return read_all(file.fd.get(), limit, "read " + file.name);
}

Result<std::string> RealHost::random_hex(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  for (std::size_t have = 0; have < bytes;) {
    const auto got = ::getrandom(random.data() + have, bytes - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, "getrandom");
    have += static_cast<std::size_t>(got);
  }
  return fmt::format("{:02x}", fmt::join(random, ""));
}

void RealHost::allow_at_least(Milliseconds time) {
  const TimePoint deadline = deadline_;
  deadline_ = std::max(deadline, now() + time);
}

void RealHost::progress(std::string_view line) {
  if (options_.progress) options_.progress(redact(line));
}

// Changes.

Status RealHost::do_write_file(const Path& path, std::string_view content, const FileMode& mode) {
  return files::write(path, content, mode);
}
Status RealHost::do_write_secret_file(const Path& path, std::string_view content, const FileMode& mode) {
  return files::write(path, content, mode, files::Old::wiped);
}
Status RealHost::do_make_directory(const Path& path, const FileMode& mode) {
  return files::make_directory(path, mode);
}
Status RealHost::do_set_mode(const Path& path, const FileMode& mode) { return files::set_mode(path, mode); }
Status RealHost::do_make_symlink(const std::string& target, const Path& path) {
  return files::make_symlink(target, path);
}
Status RealHost::do_rename(const std::string& from, const std::string& to) { return files::rename(from, to); }
Status RealHost::do_remove(const Path& path) { return files::remove(path); }
Status RealHost::do_remove_tree(const std::string& directory) { return tree::remove(directory); }
Status RealHost::do_give_to_root(const std::string& directory) { return tree::give_to_root(directory); }
Status RealHost::do_wipe_file(const Path& path) { return files::wipe(path); }
Status RealHost::do_overwrite_secrets(const std::string& path) { return secret_bytes::overwrite(path); }
// The program, not sync(2): a hanging device must not block the agent.
Status RealHost::do_sync() {
  Command command;
  // Not all mounted file systems: a hanging network share of the owner must not matter here.
  command.argv = {"sync", "--file-system", "/", "/etc", "/home", "/opt", "/usr", "/var"};
  command.timeout = Milliseconds(120'000);
  AGENT_TRY_ASSIGN(auto done, run_within(std::move(command)));
  return done.ok() ? Status()
                   : fail(Errc::failed, "sync: {}", done.timed_out ? "did not end within 120 s" : done.err);
}

Result<FreeSpace> RealHost::do_trim() {
  AGENT_TRY(free_unwritten_extents_of_archived_journals("/var/log/journal"));
  return agent::trim("/");
}

Result<Completed> RealHost::run_within(Command command) const {
  AGENT_TRY_ASSIGN(
      auto timeout,
      with_context(within(command.timeout, command.argv.empty() ? "" : command.argv.front()), "run"));
  command.timeout = timeout;
  return run_process(command, [this](std::string_view line) {
    if (options_.log_line) options_.log_line(redact(line));
  });
}

Result<Completed> RealHost::do_run(const Command& command) { return run_within(command); }

Result<Fetched> RealHost::do_fetch(const Fetch& fetch) {
  AGENT_TRY_ASSIGN(auto timeout, within(fetch.timeout, fetch.url));
  auto clipped = fetch;
  clipped.timeout = timeout;
  AGENT_TRY(make_work_directory());
  return fetch_file(clipped, options_.work_directory, [this](std::string_view line) { progress(line); });
}

// Its parent is the agent's state directory, which everybody may list.
Status RealHost::make_work_directory() {
  const auto& directory = options_.work_directory;
  AGENT_TRY(files::make_directory(directory.substr(0, directory.rfind('/')), {0755, 0, 0}));
  return files::make_directory(directory, {0700, 0, 0});
}

Status RealHost::do_unpack(const Fetched& archive, const std::string& directory, const UnpackLimits& limits) {
  return unpack_archive(archive, directory, limits);
}

Status RealHost::do_job(Job job, const Scope& scope, const std::string& unit, Milliseconds timeout) {
  AGENT_TRY_ASSIGN(auto left, within(timeout, unit));
  const auto kind = job == Job::start     ? UnitJob::start
                    : job == Job::restart ? UnitJob::restart
                                          : UnitJob::stop;
  return run_job(kind, scope, unit, left);
}

Status RealHost::do_enable_unit(const Scope& scope, const std::string& unit) {
  return enable_unit_file(scope, unit);
}
Status RealHost::do_reset_failed(const Scope& scope, const std::string& unit) {
  return reset_failed_unit(scope, unit);
}
Status RealHost::do_reload_manager(const Scope& scope) { return reload_systemd(scope); }

Status RealHost::do_enable_linger(const User& user, Milliseconds timeout) {
  AGENT_TRY_ASSIGN(auto left, within(timeout, user.name));
  return enable_user_linger(user, left);
}

}  // namespace agent
