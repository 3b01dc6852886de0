// SPDX-License-Identifier: Apache-2.0
// A machine in memory. Changes are recorded, any change can be made to fail, and the agent can be "killed" at
// any change. It has its own files and clock; programs, servers and units do what a test (or support/world)
// says.
//
//   FakeHost host;
//   host.files.put("/etc/hostname", "bare\n");
//   host.on_query("ufw", [](const FakeHost&, const Command&) { return Completed{0, false, "Status:
//   inactive\n", ""}; }); host.fail_at(3);
//
// Handlers run with the fake's lock held (it is recursive), so they may use the fake but must not wait for
// another thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/host.hpp"
#include "support/memory_files.hpp"

namespace agent {

// kill_at() throws this. It is not a std::exception, because the code under test might catch that.
struct Killed {};

class FakeHost : public Host {
 public:
  FakeHost();

  // The machine, to be set up and looked at.
  MemoryFiles files;
  std::map<std::string, User> users;
  std::map<std::pair<std::string, std::string>, UnitState> units;  // by {user or "" for the system, unit}
  std::set<std::string> user_managers;  // the users whose systemd is up; enable_linger adds one
  std::set<std::string>
      unreachable_buses;  // users whose systemd is up but does not answer; enable_linger repairs it
  int exit_status = 1;    // of the main process of a unit that failed
  bool unshare_allowed = true;
  std::function<Result<bool>(const NewConnection&)> firewall;  // none: everything is accepted
  std::string machine = "x86_64";
  FreeSpace free_space{"ext4", 4096};  // what trim() says
  Holders holders;                     // by path: what processes_that_hold() says

  // Handlers. A later handler for the same name replaces the earlier one. A program is found by argv[0] as
  // the agent writes it; a program without a handler is not on the PATH.
  using Program = std::function<Result<Completed>(FakeHost&, const Command&)>;
  using Look = std::function<Result<Completed>(const FakeHost&, const Command&)>;
  using Server = std::function<Result<HttpResponse>(const FakeHost&, const HttpGet&)>;
  using UnitJob = std::function<Status(FakeHost&, UnitState&)>;
  using Reload = std::function<void(FakeHost&, const Scope&)>;
  void on_run(const std::string& program, Program program_runs) {
    programs_[program] = std::move(program_runs);
  }
  void on_query(const std::string& program, Look look) { looks_[program] = std::move(look); }
  // By the beginning of `unix_socket` + `url`; the longest match wins. Without a match: Errc::unavailable.
  void on_http(const std::string& prefix, Server server) { servers_[prefix] = std::move(server); }
  void off_http(const std::string& prefix) { servers_.erase(prefix); }
  // Replaces the default for start, restart or stop, which is to set the state and count up the main pid.
  // Errc::failed becomes systemd's message for the state after the handler; the handler's own message is
  // lost.
  void on_start(const std::string& unit, UnitJob job) { starts_[unit] = std::move(job); }  // restart too
  void on_stop(const std::string& unit, UnitJob job) { stops_[unit] = std::move(job); }
  void on_reload(Reload reload) { reload_ = std::move(reload); }  // a manager reads its unit files
  void on_pause(std::function<void(FakeHost&)> passing) {
    pause_ = std::move(passing);
  }  // called when time passes

  // The contents of downloads. An archive is only a text here: unpack() finds it by its hash and makes these
  // nodes, by path, below a directory `top`. Each function returns the SHA-256 for the profile.
  std::string serve(const std::string& url, std::string content);
  std::string serve_archive(const std::string& url, std::map<std::string, Node> entries);
  void on_fetch(const std::string& url, std::function<Status()> fails) {
    fetch_fails_[url] = std::move(fails);
  }

  // The changes so far: "write_file /etc/hosts".
  [[nodiscard]] std::vector<std::string> changes() const;
  [[nodiscard]] std::size_t mutations() const { return changes().size(); }
  void forget_changes();
  std::vector<std::string> progress_lines;
  std::vector<Command> commands;  // all commands that were run, to check argv, env and input

  // The n-th change from now (1 is the next) fails before it does anything.
  void fail_at(std::size_t n, Errc code = Errc::failed);
  // The agent dies at the n-th change from now: Killed is thrown before or after it is made, and by every
  // later change in any thread, until revive(): a new agent on the same machine. Within a wipe the file is
  // overwritten but still exists. Any other change is one step, so `within` is the same as `after`.
  enum class When { before, within, after };
  void kill_at(std::size_t n, When when);
  void revive();

  // Everything that programs wrote since the last sync() is lost, see MemoryFiles::cut_power(). The test
  // handles processes.
  void cut_power(Lost lost);

  void advance(Milliseconds duration);
  void set_wall_clock(std::chrono::sys_days day);  // the steady clock is not changed
  void set_deadline(TimePoint deadline) { deadline_ = deadline; }
  void allow_at_least(Milliseconds time) override { deadline_ = std::max(deadline_, now() + time); }
  UnitState& unit_of(const Scope& scope, const std::string& name) { return units[key(scope, name)]; }

  Result<std::optional<FileInfo>> stat(const Path& path) const override;
  Result<std::string> read_file(const Path& path, std::size_t limit) const override;
  Result<std::string> read_link(const Path& path) const override;
  Result<std::vector<std::string>> list(const Path& directory) const override;
  Result<std::string> fingerprint(const std::string& directory) const override;
  Result<SecretSearch> find_secrets(const std::string& path, unsigned depth) const override;
  Result<std::optional<User>> find_user(const std::string& name) const override;
  Result<Completed> query(const Query& query) const override;
  Result<HttpResponse> http_get(const HttpGet& request) const override;
  Result<UnitState> unit(const Scope& scope, const std::string& name) const override;
  std::string architecture() const override { return machine; }
  Holders processes_that_hold(const std::vector<std::string>& paths) const override;
  Result<bool> can_unshare(const User&) const override { return unshare_allowed; }
  TimePoint now() const override;
  std::chrono::system_clock::time_point wall_clock() const override;
  void pause(Milliseconds duration) const override;
  TimePoint deadline() const override { return deadline_; }
  Result<std::string> contents(const Fetched& file, std::size_t limit) const override;
  Result<bool> probe_firewall(const NewConnection& connection, const std::string& without_chain) override;
  Result<std::string> random_hex(std::size_t bytes) override;
  void progress(std::string_view line) override;

 protected:
  // Every member holds it; a subclass that reads the machine's state takes it too.
  using Lock = std::lock_guard<std::recursive_mutex>;
  mutable std::recursive_mutex mutex_;

  Status before(std::string_view change, std::string_view what) override;
  Status do_write_file(const Path& path, std::string_view content, const FileMode& mode) override;
  Status do_write_secret_file(const Path& path, std::string_view content, const FileMode& mode) override {
    return do_write_file(path, content, mode);
  }
  Status do_make_directory(const Path& path, const FileMode& mode) override;
  Status do_set_mode(const Path& path, const FileMode& mode) override;
  Status do_make_symlink(const std::string& target, const Path& path) override;
  Status do_rename(const std::string& from, const std::string& to) override;
  Status do_remove(const Path& path) override;
  Status do_remove_tree(const std::string& directory) override;
  Status do_give_to_root(const std::string& directory) override;
  Status do_wipe_file(const Path& path) override;
  Status do_overwrite_secrets(const std::string& path) override;
  Status do_sync() override;
  Result<FreeSpace> do_trim() override;
  Result<Completed> do_run(const Command& command) override;
  Result<Fetched> do_fetch(const Fetch& fetch) override;
  Status do_unpack(const Fetched& archive, const std::string& directory, const UnpackLimits& limits) override;
  Status do_job(Job job, const Scope& scope, const std::string& unit, Milliseconds timeout) override;
  Status do_enable_unit(const Scope& scope, const std::string& unit) override;
  Status do_reset_failed(const Scope& scope, const std::string& unit) override;
  Status do_reload_manager(const Scope& scope) override;
  Status do_enable_linger(const User& user, Milliseconds timeout) override;

 private:
  static std::pair<std::string, std::string> key(const Scope& scope, const std::string& unit) {
    return {scope.user ? scope.user->name : "", unit};
  }
  // Makes a change under the lock, and lets the agent die after it if requested.
  template <class Change>
  auto change(Change make) -> decltype(make()) {
    const Lock lock(mutex_);
    if (dead_) throw Killed{};
    auto result = make();
    dead_ = dying_ == std::this_thread::get_id();
    if (dead_) throw Killed{};
    return result;
  }
  [[nodiscard]] Status reachable(const Scope& scope) const;
  [[nodiscard]] std::string explain(const Scope& scope, const std::string& name,
                                    const UnitState& state) const;
  [[nodiscard]] Result<UnitState*> manager_unit(const Scope& scope, const std::string& name);
  void run_default(Job job, UnitState& state);

  std::vector<std::string> changes_;
  std::size_t counted_ = 0;  // changes since the last fail_at() or kill_at()
  std::size_t fail_at_ = 0;
  Errc fail_code_ = Errc::failed;
  std::size_t kill_at_ = 0;
  When kill_when_ = When::before;
  bool dead_ = false;
  std::thread::id dying_;  // the thread that made the last change

  std::map<std::string, Program> programs_;
  std::map<std::string, Look> looks_;
  std::map<std::string, Server> servers_;
  std::map<std::string, UnitJob> starts_;
  std::map<std::string, UnitJob> stops_;
  Reload reload_;
  std::set<std::pair<std::string, std::string>>
      enabled_;  // units whose links in WantedBy= are not on the disk yet
  std::function<void(FakeHost&)> pause_;
  std::map<std::string, std::string> downloads_;
  std::map<std::string, std::function<Status()>> fetch_fails_;
  std::map<std::string, std::map<std::string, Node>> archives_;  // by SHA-256
  Milliseconds elapsed_{0};
  std::chrono::system_clock::time_point first_day_;
  TimePoint deadline_ = TimePoint::max();
  std::uint64_t random_ = 0;
  pid_t next_pid_ = 1000;
};

}  // namespace agent
