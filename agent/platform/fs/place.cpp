// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "platform/fs/beneath.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

// The shortest leading part of `relative` that is a symlink; all of it when there is none (any more).
std::string first_link(int home, const std::string& relative) {
  for (auto end = relative.find('/'); end != std::string::npos; end = relative.find('/', end + 1)) {
    auto part = relative.substr(0, end);
    struct stat info = {};
    if (::fstatat(home, part.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode)) return part;
  }
  return relative;
}

// "a/b/c" -> {"a/b", "c"}. The root directory and an empty path get the name ".".
std::pair<std::string, std::string> split(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const auto slash = path.rfind('/');
  auto parent = slash == std::string::npos ? std::string(".") : path.substr(0, slash);
  auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (slash == 0) parent = "/";
  if (name.empty()) name = ".";
  return {std::move(parent), std::move(name)};
}

}  // namespace

Result<Place> Place::open(const Path& path) {
  Place place;
  place.shown_ = path.shown();
  auto [parent, name] = split(path.path);
  place.name_ = std::move(name);
  if (place.name_ == ".." || path.path.find('\0') != std::string::npos)
    return fail(Errc::invalid, "{}: not the path of a file", place.shown_);

  if (!path.home_of) {
    if (path.path.empty() || path.path.front() != '/')
      return fail(Errc::invalid, "{}: a system path must begin with /", place.shown_);
    place.directory_.reset(::open(parent.c_str(), directory_flags));
    if (!place.directory_) return fail_errno(errno, place.shown_);
    return place;
  }

  AGENT_TRY_ASSIGN(auto acting, with_context(ActAs::user(*path.home_of), place.shown_));
  place.acting_.emplace(std::move(acting));
  place.shown_ += fmt::format(" (as {})", path.home_of->name);
  const UniqueFd home(::open(path.home_of->home.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!home) return fail_errno(errno, fmt::format("{}: home {}", place.shown_, path.home_of->home));
  place.directory_ = open_beneath(home.get(), parent);
  if (place.directory_) return place;
  const int error = errno;
  if (error == ELOOP)
    return fail(Errc::refused,
                "{}: a symlink is in the way: ~{}/{}; the agent follows no link in a home: remove it",
                path.shown(), path.home_of->name, first_link(home.get(), parent + "/"));
  if (error == EXDEV)
    return fail(Errc::refused, "{}: leads out of the home {}", path.shown(), path.home_of->home);
  if (error == ENOSYS)
    return fail(Errc::failed, "{}: this kernel has no openat2(2); Linux 5.6 or later has it", path.shown());
  return fail_errno(error, place.shown_);
}

tl::unexpected<Error> Place::failed(std::string_view verb, int error) const {
  return fail_errno(error, fmt::format("{} {}", verb, shown_));
}

tl::unexpected<Error> Place::link_in_the_way(std::string_view verb) const {
  return fail(Errc::refused, "{} {}: a symlink is in the way; the agent follows no link in a home: remove it",
              verb, shown_);
}

Status Place::sync() const {
  if (::fsync(directory_.get()) != 0) return failed("fsync the directory of", errno);
  return {};
}

}  // namespace agent
