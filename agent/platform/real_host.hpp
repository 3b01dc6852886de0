// SPDX-License-Identifier: Apache-2.0
// The machine this process runs on.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ports/host.hpp"

namespace agent {

// All functions may be called from any thread.
class RealHost final : public Host {
 public:
  struct Options {
    // A line for the agent's own log: each change before it is made, and the output of programs that asked
    // for it. Redacted.
    std::function<void(std::string_view line)> log_line;
    // A line for a person who watches the run. Redacted.
    std::function<void(std::string_view line)> progress;
    // The directory for downloads. It is made when first needed, for root only.
    std::string work_directory = "/var/lib/bootstrap-agent/tmp";
  };
  explicit RealHost(Options options);

  // The deadline of the whole run. Every timeout is cut to it, and nothing begins after it (Errc::timed_out).
  // TimePoint::max(): none.
  void set_deadline(TimePoint deadline) { deadline_ = deadline; }
  [[nodiscard]] TimePoint deadline() const override { return deadline_; }
  void allow_at_least(Milliseconds time) override;

  // The number of changes that were started.
  [[nodiscard]] std::uint64_t mutations() const { return mutations_; }

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
  std::string architecture() const override;
  Holders processes_that_hold(const std::vector<std::string>& paths) const override;
  Result<bool> can_unshare(const User& user) const override;
  TimePoint now() const override;
  std::chrono::system_clock::time_point wall_clock() const override;
  void pause(Milliseconds duration) const override;

  Result<std::string> contents(const Fetched& file, std::size_t limit) const override;
  Result<bool> probe_firewall(const NewConnection& connection, const std::string& without_chain) override;
  Result<std::string> random_hex(std::size_t bytes) override;
  void progress(std::string_view line) override;

 protected:
  Status before(std::string_view change, std::string_view what) override;
  Status do_write_file(const Path& path, std::string_view content, const FileMode& mode) override;
  Status do_write_secret_file(const Path& path, std::string_view content, const FileMode& mode) override;
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
  // The timeout, cut to the run's deadline. Errc::timed_out when the deadline has passed.
  [[nodiscard]] Result<Milliseconds> within(Milliseconds timeout, std::string_view what) const;
  [[nodiscard]] Result<Completed> run_within(Command command) const;
  Status make_work_directory();

  Options options_;
  std::atomic<TimePoint> deadline_ = TimePoint::max();
  std::atomic<std::uint64_t> mutations_ = 0;
};

}  // namespace agent
