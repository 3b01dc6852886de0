// What a server answers: to a download that has a part already (Content-Range, lengths, redirects), and to a GET of a local
// service. Input: a line with what was downloaded before, or `get`; then the answer, whole.
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <charconv>
#include <cstring>
#include <mutex>
#include <optional>

#include "adapters/http_server.hpp"
#include "fuzz.hpp"
#include "platform/download.hpp"
#include "platform/http.hpp"
#include "platform/posix.hpp"

namespace agent::fuzz {
namespace {

// A network in which there is nobody else: a redirect may name any host.
void leave_the_network() {
  require(::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0, "a network of its own can be made");
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP;
  require(::ioctl(socket.get(), SIOCSIFFLAGS, &loopback) == 0, "its loopback is up");
}

class Server {
 public:
  // Its list of requests would grow for ever.
  [[nodiscard]] std::string url_for(std::string_view answer) {
    if (runs_++ % 10'000 == 0)
      server_.emplace([this](const test::Connection& client, int, const std::string&) {
        const std::lock_guard lock(mutex_);
        client.send(answer_);
      });
    require(server_->bound(), "there is a free port");
    const std::lock_guard lock(mutex_);
    answer_ = answer;
    return server_->url("/file");
  }

 private:
  std::mutex mutex_;
  std::string answer_;
  std::size_t runs_ = 0;
  std::optional<test::HttpServer> server_;
};

const std::string& private_directory() {
  static std::string path = scratch_template();
  static const bool made = ::mkdtemp(path.data()) != nullptr && std::atexit([] { ::rmdir(path.c_str()); }) == 0;
  require(made, "a directory can be made");
  return path;
}

constexpr std::uint64_t largest = 4096;
constexpr Milliseconds patience{2'000};
constexpr std::initializer_list<Errc> kinds = {Errc::invalid,     Errc::not_found, Errc::refused,
                                               Errc::unavailable, Errc::timed_out, Errc::failed};

// Whether an answer says somewhere that it begins at this byte.
bool begins_at(std::string_view answer, std::size_t size) {
  constexpr std::string_view unit = "bytes ";
  for (auto at = answer.find(unit); at != std::string_view::npos; at = answer.find(unit, at + 1)) {
    std::size_t first = 0;
    const auto digits = answer.substr(at + unit.size());
    if (std::from_chars(digits.data(), digits.data() + digits.size(), first).ec == std::errc() && first == size) return true;
  }
  return false;
}

void download(const std::string& url, const std::string& have, std::string_view answer) {
  auto file = PartialFile::open(private_directory());
  require(file && file->append(have), "a file can be made");
  const Deadline deadline(patience);
  const std::string no_certificates;
  const Fetch fetch{url, "", largest, patience};
  const std::function<void(std::string_view)> progress = [](std::string_view) {};
  const auto attempt = attempt_download({fetch, no_certificates, deadline, "file", progress}, *file);
  if (!attempt.result) require_error(attempt.result.error(), kinds);
  require(!(attempt.result && attempt.again), "what is whole is not fetched again");
  require(file->size() <= std::max<std::uint64_t>(largest, have.size()), "no more bytes than allowed");

  const auto hash = file->sha256();
  const auto size = file->size();
  const auto fd = std::move(*file).take();
  require(fd.has_value(), "it can be read");
  const auto content = read_all(fd->get(), 1U << 20U, "file");
  require(content && content->size() == size && sha256_hex(*content) == hash, "what was hashed is what is there");
  if (attempt.resumed) require(content->starts_with(have) && begins_at(answer, have.size()), "what was there goes on where it ended");
}

void get(const std::string& url) {
  const auto answer = http_get({url, "", patience});
  if (!answer) require_error(answer.error(), {Errc::unavailable, Errc::invalid});
}

}  // namespace

void run(std::string_view input) {
  static Server server;
  const auto given = parts(input, 2);
  const auto url = server.url_for(given[1]);
  if (given[0] == "get")
    get(url);
  else
    download(url, given[0], given[1]);
}

}  // namespace agent::fuzz

// Before libFuzzer has a second thread.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  agent::fuzz::leave_the_network();
  return 0;
}
