// SPDX-License-Identifier: Apache-2.0
// Files on a real file system: which may be read as a profile or as secrets, which are refused, and why.
#include "cli/input_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/unique_fd.hpp"
#include "commands/run/inputs.hpp"

using namespace agent;
namespace fs = std::filesystem;

namespace {

// A private directory whose parents all belong to root: in /run for root, else in the user's runtime
// directory.
class Place {
 public:
  Place() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    std::string pattern =
        std::string(geteuid() == 0 || runtime == nullptr ? "/run" : runtime) + "/input-file-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!directory_.empty()) fs::remove_all(directory_);
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    REQUIRE_MESSAGE(!directory_.empty(), "run this test as root, or with XDG_RUNTIME_DIR");
    return (directory_ / name).string();
  }
  [[nodiscard]] std::string file(const std::string& name, const std::string& text, mode_t mode) const {
    std::ofstream(path(name)) << text;
    REQUIRE(chmod(path(name).c_str(), mode) == 0);
    return path(name);
  }
  [[nodiscard]] std::string directory(const std::string& name, mode_t mode) const {
    fs::create_directory(path(name));
    REQUIRE(chmod(path(name).c_str(), mode) == 0);
    return path(name);
  }

 private:
  fs::path directory_;
};

void check_refused(const std::string& path, InputKind kind, const std::string& why) {
  CAPTURE(path);
  const auto text = read_input_file(path, kind);
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().code == Errc::refused);
  CHECK_MESSAGE(text.error().message.find(why) != std::string::npos, text.error().message);
  CHECK_MESSAGE(text.error().message.find("; ") != std::string::npos, text.error().message);
}

}  // namespace

TEST_CASE("the user's own file in a safe place is read, with an absolute or relative path") {
  const Place place;
  const auto path = place.file("profile.yaml", "user: a\n", 0644);
  CHECK(read_input_file(path, InputKind::profile).value() == "user: a\n");
  CHECK(read_input_file(place.file("empty", "", 0600), InputKind::secrets).value().empty());
  CHECK(read_input_file(place.file("secrets", "x", 0400), InputKind::secrets).value() == "x");
  CHECK(read_input_file(
            place.path("./../") + fs::path(path).parent_path().filename().string() + "//profile.yaml",
            InputKind::profile)
            .has_value());

  const auto here = fs::current_path();
  fs::current_path(fs::path(path).parent_path());
  CHECK(read_input_file("profile.yaml", InputKind::profile).has_value());
  CHECK(read_input_file("./profile.yaml", InputKind::profile).has_value());
  fs::current_path(here);
}

TEST_CASE("anything but a regular file is refused, at once") {
  const Place place;
  const auto fifo = place.path("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  check_refused(fifo, InputKind::profile,
                "is not a regular file");  // a blocking open would never return here

  const auto socket_path = place.path("s");
  const UniqueFd server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(socket_path.size() < sizeof address.sun_path);
  socket_path.copy(address.sun_path, socket_path.size());
  REQUIRE(bind(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  check_refused(socket_path, InputKind::profile, "is not a regular file");

  check_refused(place.directory("d", 0755), InputKind::profile, "is not a regular file");
  check_refused(place.path("d/"), InputKind::profile, "is not a regular file");
  check_refused("/", InputKind::profile, "is not a regular file");
  check_refused("/dev/null", InputKind::secrets,
                "is not a regular file; give a file, or - for standard input");

  const auto profile =
      read_input_file("/dev/null", InputKind::profile);  // a profile is not read from standard input
  REQUIRE_FALSE(profile.has_value());
  CHECK(profile.error().message == "/dev/null is not a regular file; give a file");
}

TEST_CASE("no symbolic link is followed, at the end or on the way") {
  const Place place;
  const auto file = place.file("profile.yaml", "x", 0644);
  fs::create_symlink(file, place.path("link"));
  fs::create_directory_symlink(fs::path(file).parent_path(), place.path("way"));
  check_refused(place.path("link"), InputKind::profile, "/link is a symbolic link; ");
  check_refused(place.path("way/profile.yaml"), InputKind::profile,
                "/way is not a directory, or a symbolic link; ");
  check_refused(file + "/x", InputKind::profile, "profile.yaml is not a directory");
}

TEST_CASE("a file that others could have written is refused") {
  const Place place;
  check_refused(place.file("group", "x", 0664), InputKind::profile,
                "is writable by others (mode 0664); chmod go-w ");
  check_refused(place.file("others", "x", 0606), InputKind::profile, "is writable by others (mode 0606)");
  for (const mode_t mode : {0775, 0757}) {
    const auto directory = place.directory("d", mode);
    check_refused(place.file("d/profile.yaml", "x", 0600), InputKind::profile, "/d is writable by others");
  }
  static_cast<void>(place.directory("d", 01777));
  check_refused(place.path("d/profile.yaml"), InputKind::profile,
                "/d is writable by everyone: somebody else may have put a file");
}

TEST_CASE(
    "a directory of one's own in one that is open to everyone, as mktemp -d makes it in /tmp, is safe if "
    "sticky") {
  const Place place;
  static_cast<void>(place.directory("tmp", 01777));
  static_cast<void>(place.directory("tmp/own", 0700));
  CHECK(read_input_file(place.file("tmp/own/secrets", "x", 0600), InputKind::secrets).value_or("refused") ==
        "x");
  CHECK(read_input_file(place.path("tmp/.//own/secrets"), InputKind::secrets).value_or("refused") == "x");
  static_cast<void>(place.directory("tmp/own/deep", 0755));
  CHECK(read_input_file(place.file("tmp/own/deep/profile", "x", 0644), InputKind::profile)
            .value_or("refused") == "x");

  // Somebody could have put the file itself there before, whatever the path of its directory looks like.
  static_cast<void>(place.file("tmp/profile", "x", 0600));
  for (const char* way : {"tmp/profile", "tmp/./profile", "tmp//profile", "tmp/own/../profile"})
    check_refused(place.path(way), InputKind::profile,
                  "is writable by everyone: somebody else may have put a file");

  // Without the sticky bit anybody could replace the checked directory.
  static_cast<void>(place.directory("tmp", 0777));
  check_refused(place.path("tmp/own/secrets"), InputKind::secrets, "/tmp is writable by others (mode 0777)");
}

TEST_CASE("a directory in a world-writable one is refused when others can write to it") {
  const Place place;
  static_cast<void>(place.directory("tmp", 01777));
  for (const mode_t mode : {0770, 0757}) {
    static_cast<void>(place.directory("tmp/d", mode));
    check_refused(place.file("tmp/d/profile", "x", 0600), InputKind::profile, "/tmp/d is writable by others");
  }
  static_cast<void>(place.directory("tmp/d", 01777));
  check_refused(place.path("tmp/d/profile"), InputKind::profile,
                "/tmp/d is writable by everyone: somebody else may have put a file");
}

TEST_CASE("another user's directory in a world-writable one is refused") {
  if (geteuid() != 0) {
    MESSAGE("needs root: skipped");
    return;
  }
  const Place place;
  static_cast<void>(place.directory("tmp", 01777));
  static_cast<void>(place.directory("tmp/theirs", 0700));
  const auto file = place.file("tmp/theirs/profile", "x", 0600);
  REQUIRE(chown(place.path("tmp/theirs").c_str(), 12345, 0) == 0);
  check_refused(file, InputKind::profile,
                "/tmp/theirs belongs to uid 12345, who could replace what is in it");
  REQUIRE(chown(place.path("tmp").c_str(), 12345, 0) ==
          0);  // its owner may rename other users' entries in it, sticky or not
  REQUIRE(chown(place.path("tmp/theirs").c_str(), 0, 0) == 0);
  check_refused(file, InputKind::profile, "/tmp belongs to uid 12345, who could replace what is in it");
}

TEST_CASE("a file or a directory of another user's is refused") {
  if (geteuid() != 0) {
    MESSAGE("needs root: skipped");
    return;
  }
  const Place place;
  const auto file = place.file("profile.yaml", "x", 0600);
  REQUIRE(chown(file.c_str(), 12345, 0) == 0);
  check_refused(file, InputKind::profile, "belongs to uid 12345; it must belong to root: chown root ");
  static_cast<void>(place.directory("d", 0755));
  const auto inside = place.file("d/profile.yaml", "x", 0600);
  REQUIRE(chown(place.path("d").c_str(), 12345, 0) == 0);
  check_refused(inside, InputKind::profile, "/d belongs to uid 12345, who could replace what is in it");
}

TEST_CASE("a signed file may be anybody's, anywhere, but is a regular file under its own name") {
  const Place place;
  const auto file = place.file("release", "x", 0666);
  if (geteuid() == 0) REQUIRE(chown(file.c_str(), 12345, 0) == 0);
  CHECK(read_input_file(file, InputKind::signed_file).value() == "x");
  static_cast<void>(place.directory("d", 01777));
  CHECK(read_input_file(place.file("d/release", "y", 0644), InputKind::signed_file).value() == "y");

  const auto fifo = place.path("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  check_refused(fifo, InputKind::signed_file, "is not a regular file");
  fs::create_symlink(file, place.path("link"));
  check_refused(place.path("link"), InputKind::signed_file, "/link is a symbolic link; ");
  fs::create_directory_symlink(place.path("d"), place.path("way"));
  check_refused(place.path("way/release"), InputKind::signed_file,
                "/way is not a directory, or a symbolic link; ");
  fs::resize_file(file, largest_signed_input);
  CHECK(read_input_file(file, InputKind::signed_file)->size() == largest_signed_input);
  fs::resize_file(file, largest_signed_input + 1);
  check_refused(file, InputKind::signed_file, "the limit is 16777216");
}

TEST_CASE("secrets that others can read are refused, a profile that others can read is not") {
  const Place place;
  for (const mode_t mode : {0640, 0604}) {
    const auto file = place.file("file", "x", mode);
    check_refused(file, InputKind::secrets, "holds secrets and is readable by others");
    CHECK(read_input_file(file, InputKind::profile).has_value());
  }
}

TEST_CASE("a file that is not there, or too big, is said to be so") {
  const Place place;
  CHECK(read_input_file(place.path("none"), InputKind::profile).error().code == Errc::not_found);
  CHECK(read_input_file(place.path("none/x"), InputKind::profile).error().code == Errc::not_found);
  CHECK(read_input_file("", InputKind::profile).error().code == Errc::invalid);
  CHECK(read_input_file(place.file("most", std::string(largest_input, 'x'), 0600), InputKind::profile)
            ->size() == largest_input);
  check_refused(place.file("more", std::string(largest_input + 1, 'x'), 0600), InputKind::profile,
                "has 1048577 bytes; the limit is 1048576");
}

TEST_CASE("standard input is read to its end, up to the limit") {
  int ends[2];
  const UniqueFd saved(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  REQUIRE(saved);
  const auto feed = [&](const std::string& text) {
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd out(ends[0]);
    const UniqueFd in(ends[1]);
    REQUIRE(write(in.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(dup2(out.get(), STDIN_FILENO) == STDIN_FILENO);
  };
  feed("a: b\n");
  CHECK(read_stdin(5).value() == "a: b\n");
  feed("a: bc\n");
  CHECK(read_stdin(5).error().code == Errc::refused);
  REQUIRE(dup2(saved.get(), STDIN_FILENO) == STDIN_FILENO);
}

TEST_CASE("secrets: a given file whose destruction was interrupted has no secrets, and is no error") {
  const Place place;
  for (const auto& remains : {std::string(60, '\0'), std::string()}) {
    const auto given = read_given_secrets(place.file("secrets.yaml", remains, 0600));
    REQUIRE_MESSAGE(given, given.error().message);
    CHECK(given->tailscale_auth_key.empty());
  }
  CHECK_FALSE(read_given_secrets(place.file("secrets.yaml", std::string("gateway_token: a\0b\n", 18), 0600)));
}
