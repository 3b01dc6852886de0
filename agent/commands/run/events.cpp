// SPDX-License-Identifier: Apache-2.0
#include "commands/run/events.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "platform/posix/posix.hpp"
#include "report/json.hpp"
#include "secrets/redact.hpp"

namespace agent {
namespace {

constexpr int look_every_ms = 100;

// Continues reading where the last read ended.
class Tail {
 public:
  explicit Tail(std::string path) : path_(std::move(path)) {}

  // The complete lines that were added since the last call.
  std::vector<std::string> lines() {
    if (!fd_) fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd_ && began_again()) rest_.clear();
    std::vector<std::string> out;
    std::array<char, 4096> buffer{};
    while (fd_) {
      const auto got = ::read(fd_.get(), buffer.data(), buffer.size());
      if (got <= 0) break;
      rest_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      out.push_back(rest_.substr(0, end));
      rest_.erase(0, end + 1);
    }
    return out;
  }

 private:
  // A run that systemd starts again begins the same file again: then this reads from its beginning.
  bool began_again() {
    struct stat now = {};
    if (::fstat(fd_.get(), &now) != 0 || ::lseek(fd_.get(), 0, SEEK_CUR) <= now.st_size) return false;
    return ::lseek(fd_.get(), 0, SEEK_SET) == 0;
  }

  std::string path_;
  UniqueFd fd_;
  std::string rest_;
};

void tell(const Json& event, const char* key, const std::function<void(const std::string&)>& listener) {
  const auto text = event.find(key);
  if (text != event.end() && text->is_string() && listener) listener(text->get<std::string>());
}

std::string text_event(const char* key, std::string_view text) {
  return Json{{key, redact(text)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<int> deliver(const std::string& line, const EventListener& listener) {
  const auto event = Json::parse(line, nullptr, false);
  if (!event.is_object()) return std::nullopt;
  if (const auto end = event.find("end"); end != event.end() && end->is_number_integer())
    return end->get<int>();
  tell(event, "progress", listener.progress);
  tell(event, "error", listener.error);
  if (const auto item = event.find("resource"); item != event.end() && listener.resource)
    if (auto resource = resource_from_json(*item)) listener.resource(*resource);
  return std::nullopt;
}

}  // namespace

Result<EventWriter> EventWriter::create(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return fail_errno(errno, path);
  return EventWriter(std::move(fd));
}

// Errors are ignored: a follower only misses a line, and a full tmpfs must not stop the run.
void EventWriter::line(const std::string& text) {
  const std::lock_guard lock(*mutex_);
  (void)write_all(fd_.get(), text + "\n", "events");
}

void EventWriter::resource(const ResourceReport& resource) {
  line(Json{{"resource", to_json(resource)}}.dump());
}
void EventWriter::progress(std::string_view text) { line(text_event("progress", text)); }
void EventWriter::error(std::string_view why) { line(text_event("error", why)); }
void EventWriter::end(int exit_code) { line(Json{{"end", exit_code}}.dump()); }

Result<int> follow_events(const std::string& path, std::chrono::steady_clock::time_point deadline,
                          const std::function<bool()>& alive, const EventListener& listener) {
  Tail tail(path);
  bool was_alive = true;
  for (;;) {
    for (const auto& line : tail.lines())
      if (const auto end = deliver(line, listener)) return *end;
    if (!was_alive)
      return fail(Errc::failed,
                  "the run was stopped from outside before it finished; the next run converges");
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(Errc::timed_out, "the run continues, but the time for following it is over");
    was_alive = alive();  // when it is not, read once more, for the last lines
    ::poll(nullptr, 0, look_every_ms);
  }
}

}  // namespace agent
