// SPDX-License-Identifier: Apache-2.0
#include "support/fake_host.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "platform/crypto/sha256.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

constexpr std::chrono::system_clock::time_point first_day{
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 1)};
constexpr TimePoint first_moment{std::chrono::hours(1)};

tl::unexpected<Error> no_program(const std::string& name) {
  return fail(Errc::not_found, "run {}: no such program on its PATH", name);
}

}  // namespace

FakeHost::FakeHost() : first_day_(first_day) {
  for (const char* directory :
       {"/etc/systemd/system/multi-user.target.wants", "/etc/systemd/system/timers.target.wants", "/home",
        "/opt", "/proc/sys", "/root", "/run", "/tmp", "/usr/bin", "/usr/local/bin", "/usr/local/sbin",
        "/var/lib/systemd", "/var/log"})
    files.put_directory(directory);
  files.set_time(first_day_);
  users["root"] = {"root", 0, 0, "/root", "/bin/bash", {}, true};
}

// Changes: counted, recorded, made to fail.

Status FakeHost::before(std::string_view change, std::string_view what) {
  const Lock lock(mutex_);
  if (dead_) throw Killed{};
  ++counted_;
  if (counted_ == fail_at_) return fail(fail_code_, "{} {}: made to fail by the test", change, what);
  if (counted_ == kill_at_ && kill_when_ == When::before) {
    dead_ = true;
    throw Killed{};
  }
  if (counted_ == kill_at_) dying_ = std::this_thread::get_id();
  changes_.push_back(fmt::format("{} {}", change, what));
  return {};
}

std::vector<std::string> FakeHost::changes() const {
  const Lock lock(mutex_);
  return changes_;
}
void FakeHost::forget_changes() {
  const Lock lock(mutex_);
  changes_.clear();
}
void FakeHost::fail_at(std::size_t n, Errc code) {
  const Lock lock(mutex_);
  counted_ = 0;
  fail_at_ = n;
  fail_code_ = code;
}
void FakeHost::kill_at(std::size_t n, When when) {
  const Lock lock(mutex_);
  counted_ = 0;
  kill_at_ = n;
  kill_when_ = when;
}
void FakeHost::revive() {
  const Lock lock(mutex_);
  dead_ = false;
  dying_ = {};
  fail_at_ = kill_at_ = 0;
}

// Files.

Result<std::optional<FileInfo>> FakeHost::stat(const Path& path) const {
  const Lock lock(mutex_);
  return files.stat(path);
}
Result<std::string> FakeHost::read_file(const Path& path, std::size_t limit) const {
  const Lock lock(mutex_);
  return files.read(path, limit);
}
Result<std::string> FakeHost::read_link(const Path& path) const {
  const Lock lock(mutex_);
  return files.read_link(path);
}
Result<std::vector<std::string>> FakeHost::list(const Path& directory) const {
  const Lock lock(mutex_);
  return files.list(directory);
}
Result<std::string> FakeHost::fingerprint(const std::string& directory) const {
  const Lock lock(mutex_);
  return files.fingerprint(directory);
}

Status FakeHost::do_write_file(const Path& path, std::string_view content, const FileMode& mode) {
  return change([&] { return files.write(path, content, mode); });
}
Status FakeHost::do_make_directory(const Path& path, const FileMode& mode) {
  return change([&] { return files.make_directory(path, mode); });
}
Status FakeHost::do_set_mode(const Path& path, const FileMode& mode) {
  return change([&] { return files.set_mode(path, mode); });
}
Status FakeHost::do_make_symlink(const std::string& target, const Path& path) {
  return change([&] { return files.make_symlink(target, path); });
}
Status FakeHost::do_rename(const std::string& from, const std::string& to) {
  return change([&] { return files.rename(from, to); });
}
Status FakeHost::do_remove(const Path& path) {
  return change([&] { return files.remove(path); });
}
Status FakeHost::do_remove_tree(const std::string& directory) {
  return change([&] { return files.remove_tree(directory); });
}
Status FakeHost::do_give_to_root(const std::string& directory) {
  return change([&] { return files.give_to_root(directory); });
}
Status FakeHost::do_wipe_file(const Path& path) {
  return change([&]() -> Status {
    auto* node = files.find(path.path);
    if (kill_when_ != When::within || dying_ != std::this_thread::get_id() || node == nullptr)
      return files.wipe(path);
    node->content.assign(node->content.size(), '\0');
    files.sync_tree(path.path);
    return {};
  });
}
Status FakeHost::do_overwrite_secrets(const std::string& path) {
  return change([&] { return files.overwrite_secrets(path); });
}
Status FakeHost::do_sync() {
  return change([&]() -> Status {
    files.sync();
    enabled_.clear();
    return {};
  });
}
void FakeHost::cut_power(Lost lost) {
  const Lock lock(mutex_);
  files.cut_power(lost);
  for (const auto& unit : enabled_)
    if (const auto found = units.find(unit); found != units.end() && lost == Lost::gone)
      found->second.unit_file_state = "disabled";
  enabled_.clear();
}
Result<FreeSpace> FakeHost::do_trim() {
  return change([&]() -> Result<FreeSpace> { return free_space; });
}

// Programs, accounts, servers.

Result<Completed> FakeHost::do_run(const Command& command) {
  return change([&]() -> Result<Completed> {
    commands.push_back(command);
    const auto program = command.argv.empty() ? programs_.end() : programs_.find(command.argv.front());
    if (program == programs_.end()) return no_program(command.argv.empty() ? "" : command.argv.front());
    const auto runs = program->second;  // the handler may replace itself
    return runs(*this, command);
  });
}

Result<Completed> FakeHost::query(const Query& query) const {
  const Lock lock(mutex_);
  const auto& command = query.command();
  const auto look = looks_.find(command.argv.front());
  if (look == looks_.end()) return no_program(command.argv.front());
  return look->second(*this, command);
}

Result<SecretSearch> FakeHost::find_secrets(const std::string& path, unsigned depth) const {
  const Lock lock(mutex_);
  return files.find_secrets(path, depth);
}

Holders FakeHost::processes_that_hold(const std::vector<std::string>& paths) const {
  const Lock lock(mutex_);
  Holders now;
  for (const auto& path : paths)
    if (const auto held = holders.find(path); held != holders.end() && files.find(path) != nullptr)
      now.insert(*held);
  return now;
}

Result<std::optional<User>> FakeHost::find_user(const std::string& name) const {
  const Lock lock(mutex_);
  const auto user = users.find(name);
  if (user == users.end()) return std::nullopt;
  return user->second;
}

Result<HttpResponse> FakeHost::http_get(const HttpGet& request) const {
  const Lock lock(mutex_);
  const auto address = request.unix_socket + request.url;
  const Server* best = nullptr;
  for (const auto& [prefix, server] : servers_)  // sorted, so the longest matching prefix comes last
    if (address.starts_with(prefix)) best = &server;
  if (best == nullptr) return fail(Errc::unavailable, "{}: Connection refused", address);
  return (*best)(*this, request);
}

Result<bool> FakeHost::probe_firewall(const NewConnection& connection, const std::string& /*without_chain*/) {
  const Lock lock(mutex_);
  return firewall ? firewall(connection) : Result<bool>(true);
}

// Downloads.

std::string FakeHost::serve(const std::string& url, std::string content) {
  const Lock lock(mutex_);
  auto hash = sha256_hex(content);
  downloads_[url] = std::move(content);
  return hash;
}

std::string FakeHost::serve_archive(const std::string& url, std::map<std::string, Node> entries) {
  std::string listing;
  for (const auto& [path, node] : entries)
    listing += fmt::format("{} {:o} {}\n", path, node.mode, node.content);
  auto hash = serve(url, listing);
  archives_[hash] = std::move(entries);
  return hash;
}

Result<Fetched> FakeHost::do_fetch(const Fetch& fetch) {
  return change([&]() -> Result<Fetched> {
    if (const auto fails = fetch_fails_.find(fetch.url); fails != fetch_fails_.end())
      AGENT_TRY(fails->second());
    if (fetch.sha256.size() != 64 || fetch.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      return fail(Errc::invalid, "{}: sha256 must be 64 lower-case hex digits", fetch.url);
    const auto found = downloads_.find(fetch.url);
    if (found == downloads_.end())
      return fail(Errc::not_found, "GET {}: the server answers 404 (attempt 1)", fetch.url);
    if (found->second.size() > fetch.max_bytes)
      return fail(Errc::refused, "GET {}: {} bytes, more than the {} allowed (attempt 1)", fetch.url,
                  found->second.size(), fetch.max_bytes);
    if (const auto hash = sha256_hex(found->second); hash != fetch.sha256)
      return fail(Errc::refused, "{}: sha256 is {}, expected {}", fetch.url, hash, fetch.sha256);
    Fetched file{UniqueFd(::memfd_create("download", MFD_CLOEXEC)),
                 fetch.url.substr(fetch.url.rfind('/') + 1)};
    AGENT_TRY(write_all(file.fd.get(), found->second, fetch.url));
    return file;
  });
}

Result<std::string> FakeHost::contents(const Fetched& file, std::size_t limit) const {
  return read_all(file.fd.get(), limit, "read " + file.name);
}

Status FakeHost::do_unpack(const Fetched& archive, const std::string& directory, const UnpackLimits& limits) {
  return with_context(
      change([&]() -> Status {
        auto content = contents(archive, 1U << 30U);
        if (!content) return pass(std::move(content));
        const auto entries = archives_.find(sha256_hex(*content));
        if (entries == archives_.end())
          return fail(Errc::failed, "the archive is damaged: Unrecognized archive format");
        if (entries->second.empty()) return fail(Errc::refused, "the archive is empty");
        if (std::as_const(files).find(directory.substr(0, directory.rfind('/'))) == nullptr)
          return fail(Errc::not_found, "{}: No such file or directory", directory);
        if (auto there = files.list(directory); !there || !there->empty())
          return fail(Errc::refused, "{}: not empty", directory);
        files.put_directory(directory);
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        for (const auto& [path, node] : entries->second) {
          if (++count > limits.max_entries)
            return fail(Errc::refused, "top/{}: more than the {} entries allowed", path, limits.max_entries);
          bytes += node.type == FileType::regular ? node.content.size() : 0;
          if (bytes > limits.max_bytes)
            return fail(Errc::refused, "top/{}: more than the {} bytes allowed", path, limits.max_bytes);
          files.put(directory + "/" + path, node.content, {node.mode, 0, 0}).type = node.type;
        }
        files.sync_tree(directory);
        return {};
      }),
      "unpack " + archive.name);
}

// Time, randomness, progress.

TimePoint FakeHost::now() const {
  const Lock lock(mutex_);
  return first_moment + elapsed_;
}
std::chrono::system_clock::time_point FakeHost::wall_clock() const {
  const Lock lock(mutex_);
  return files.time();
}
void FakeHost::advance(Milliseconds duration) {
  const Lock lock(mutex_);
  elapsed_ += duration;
  files.set_time(first_day_ + elapsed_);
}
void FakeHost::set_wall_clock(std::chrono::sys_days day) {
  const Lock lock(mutex_);
  first_day_ = std::chrono::system_clock::time_point(day) - elapsed_;
  files.set_time(day);
}
void FakeHost::pause(Milliseconds duration) const {
  const Lock lock(mutex_);
  auto& self = const_cast<FakeHost&>(*this);  // a probe's pause changes only the time
  self.advance(duration);
  if (pause_) pause_(self);
}

Result<std::string> FakeHost::random_hex(std::size_t bytes) {
  const Lock lock(mutex_);
  std::string hex;
  while (hex.size() < 2 * bytes) hex += sha256_hex(std::to_string(++random_));
  return hex.substr(0, 2 * bytes);
}

void FakeHost::progress(std::string_view line) {
  const Lock lock(mutex_);
  progress_lines.emplace_back(line);
}

}  // namespace agent
