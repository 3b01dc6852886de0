// SPDX-License-Identifier: Apache-2.0
#include "ports/host.hpp"

namespace agent {
namespace {

std::string label(const Scope& scope, const std::string& unit) {
  return scope.user ? scope.user->name + ":" + unit : unit;
}

}  // namespace

Status Host::write_file(const Path& path, std::string_view content, const FileMode& mode) {
  AGENT_TRY(before("write_file", path.shown()));
  return do_write_file(path, content, mode);
}
Status Host::write_secret_file(const Path& path, std::string_view content, const FileMode& mode) {
  AGENT_TRY(before("write_secret_file", path.shown()));
  return do_write_secret_file(path, content, mode);
}
Status Host::make_directory(const Path& path, const FileMode& mode) {
  AGENT_TRY(before("make_directory", path.shown()));
  return do_make_directory(path, mode);
}
Status Host::set_mode(const Path& path, const FileMode& mode) {
  AGENT_TRY(before("set_mode", path.shown()));
  return do_set_mode(path, mode);
}
Status Host::make_symlink(const std::string& target, const Path& path) {
  AGENT_TRY(before("make_symlink", path.shown()));
  return do_make_symlink(target, path);
}
Status Host::rename(const std::string& from, const std::string& to) {
  AGENT_TRY(before("rename", to));
  return do_rename(from, to);
}
Status Host::remove(const Path& path) {
  AGENT_TRY(before("remove", path.shown()));
  return do_remove(path);
}
Status Host::remove_tree(const std::string& directory) {
  AGENT_TRY(before("remove_tree", directory));
  return do_remove_tree(directory);
}
Status Host::give_to_root(const std::string& directory) {
  AGENT_TRY(before("give_to_root", directory));
  return do_give_to_root(directory);
}
Status Host::wipe_file(const Path& path) {
  AGENT_TRY(before("wipe_file", path.shown()));
  return do_wipe_file(path);
}
Status Host::overwrite_secrets(const std::string& path) {
  AGENT_TRY(before("overwrite_secrets", path));
  return do_overwrite_secrets(path);
}
Status Host::sync() {
  AGENT_TRY(before("sync", "/"));
  return do_sync();
}
Result<FreeSpace> Host::trim() {
  AGENT_TRY(before("trim", "/"));
  return do_trim();
}
Result<Completed> Host::run(const Command& command) {
  AGENT_TRY(before("run", command.argv.empty() ? "" : command.argv.front()));
  return do_run(command);
}
Result<Fetched> Host::fetch(const Fetch& fetch) {
  AGENT_TRY(before("fetch", fetch.url));
  return do_fetch(fetch);
}
Status Host::unpack(const Fetched& archive, const std::string& directory, const UnpackLimits& limits) {
  AGENT_TRY(before("unpack", directory));
  return do_unpack(archive, directory, limits);
}
Status Host::start_unit(const Scope& scope, const std::string& unit, Milliseconds timeout) {
  AGENT_TRY(before("start_unit", label(scope, unit)));
  return do_job(Job::start, scope, unit, timeout);
}
Status Host::restart_unit(const Scope& scope, const std::string& unit, Milliseconds timeout) {
  AGENT_TRY(before("restart_unit", label(scope, unit)));
  return do_job(Job::restart, scope, unit, timeout);
}
Status Host::stop_unit(const Scope& scope, const std::string& unit, Milliseconds timeout) {
  AGENT_TRY(before("stop_unit", label(scope, unit)));
  return do_job(Job::stop, scope, unit, timeout);
}
Status Host::enable_unit(const Scope& scope, const std::string& unit) {
  AGENT_TRY(before("enable_unit", label(scope, unit)));
  return do_enable_unit(scope, unit);
}
Status Host::reset_failed(const Scope& scope, const std::string& unit) {
  AGENT_TRY(before("reset_failed", label(scope, unit)));
  return do_reset_failed(scope, unit);
}
Status Host::reload_manager(const Scope& scope) {
  AGENT_TRY(before("reload_manager", label(scope, "")));
  return do_reload_manager(scope);
}
Status Host::enable_linger(const User& user, Milliseconds timeout) {
  AGENT_TRY(before("enable_linger", user.name));
  return do_enable_linger(user, timeout);
}

}  // namespace agent
