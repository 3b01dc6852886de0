// SPDX-License-Identifier: Apache-2.0
// The old contents of blocks that a file was given, on a private ext4. The test reads the raw bytes, like
// those of a removed disk.
#include "platform/fs/unwritten_extents.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "adapters/scratch.hpp"
#include "base/unique_fd.hpp"
#include "platform/fs/trim.hpp"
#include "platform/process/process.hpp"
#include "support/kernel.hpp"

using namespace agent;
using agent::test::Scratch;

namespace {

const std::string secret = "what-stood-there-before";

void run(std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  const auto done = run_process(command, [](std::string_view) {});
  REQUIRE(done);
  CAPTURE(done->err);
  REQUIRE(done->ok());
}

// 64 MiB. Its free space is full of secrets from removed files.
class Disk {
 public:
  Disk() {
    {
      const UniqueFd image(::open(image_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      REQUIRE(::ftruncate(image.get(), 64L << 20U) == 0);
    }
    run({"mkfs.ext4", "-q", "-b", "4096", image_});
    std::filesystem::create_directory(root);
    run({"mount", "-o", "loop", image_, root});
    std::filesystem::create_directories(journals + "/machine");
    std::string block(4096, '.');
    block.replace(0, secret.size(), secret);
    {
      const UniqueFd removed(::open((root + "/removed").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      while (::write(removed.get(), block.data(), block.size()) == 4096) {
      }
      REQUIRE(::fsync(removed.get()) == 0);
    }
    std::filesystem::remove(root + "/removed");
    ::sync();
  }
  ~Disk() { ::umount(root.c_str()); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Allocates a part of the free space and writes at its start. Returns the file, open for more writes.
  UniqueFd journal(const std::string& name, off_t size) const {
    UniqueFd file(::open((journals + "/machine/" + name).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0640));
    REQUIRE(::posix_fallocate(file.get(), 0, size) == 0);
    REQUIRE(::pwrite(file.get(), "LPKSHHRH", 8, 0) == 8);
    REQUIRE(::pwrite(file.get(), "end", 3, size - 3) == 3);
    return file;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    return scratch_.read("root/var/log/journal/machine/" + name);
  }
  [[nodiscard]] off_t owned(const std::string& name) const {
    struct stat info = {};
    REQUIRE(::stat((journals + "/machine/" + name).c_str(), &info) == 0);
    return info.st_blocks * 512;
  }
  [[nodiscard]] std::size_t secrets_on_it() const {
    ::sync();
    const auto bytes = scratch_.read("image");
    std::size_t count = 0;
    for (auto at = bytes.find(secret); at != std::string::npos; at = bytes.find(secret, at + 1)) ++count;
    return count;
  }

 private:
  Scratch scratch_;
  const std::string image_ = scratch_.path("image");

 public:
  const std::string root = scratch_.path("root");
  const std::string journals = root + "/var/log/journal";
};

}  // namespace

// Needs mount(2).
TEST_CASE("unwritten: what an archived journal owns and never wrote is trimmed, what it says stays" *
          doctest::skip(::geteuid() != 0 || no_fitrim())) {
  const Disk disk;
  constexpr off_t size = 8L << 20U;
  { const auto open = disk.journal("system.journal", size); }
  { const auto archived = disk.journal("system@0006-0007.journal", size); }
  const auto failed = disk.journal("user-1000@0006-0007.journal~", size);
  REQUIRE(trim(disk.root)->bytes.value_or(0) > 0);
  const auto before = disk.secrets_on_it();
  REQUIRE(before > 3 * 1900);  // of 2048 blocks each
  REQUIRE(::pwrite(failed.get(), "not on the disk yet", 19, size / 2) == 19);

  const auto said = disk.content("user-1000@0006-0007.journal~");
  REQUIRE(free_unwritten_extents_of_archived_journals(disk.journals));
  CHECK(disk.content("user-1000@0006-0007.journal~") == said);
  CHECK(said.substr(size / 2, 19) == "not on the disk yet");
  CHECK(disk.content("system@0006-0007.journal").size() == size);
  CHECK(disk.owned("system@0006-0007.journal") <= 4 * 4096);
  CHECK(disk.owned("system.journal") >= size);
  REQUIRE(trim(disk.root));
  const auto after = disk.secrets_on_it();  // only in the file that is not archived
  CHECK(after > 1900);
  CHECK(after < 2048);
}

TEST_CASE("unwritten: no journal is no error, a link to one is not followed") {
  const Scratch scratch;
  CHECK(free_unwritten_extents_of_archived_journals(scratch.path("none")));
  std::filesystem::create_directory(scratch.path("other"));
  std::filesystem::create_directory_symlink(scratch.path("other"), scratch.path("journal"));
  CHECK_FALSE(free_unwritten_extents_of_archived_journals(scratch.path("journal")));
}
