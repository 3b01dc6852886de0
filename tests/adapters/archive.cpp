// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <clocale>
#include <functional>

#include "adapters/scratch.hpp"
#include "base/c_handle.hpp"
#include "support/kernel.hpp"

using namespace agent;
using agent::test::Scratch;

namespace {

struct Entry {
  std::string path;
  unsigned type = AE_IFREG;
  std::string content;  // of a file; the target of a link
  mode_t mode = 0644;
  bool hard = false;
};

Entry file(std::string path, std::string content, mode_t mode = 0644) {
  return {std::move(path), AE_IFREG, std::move(content), mode};
}
Entry directory(std::string path, mode_t mode = 0755) { return {std::move(path), AE_IFDIR, "", mode}; }
Entry symlink_to(std::string path, std::string target) {
  return {std::move(path), AE_IFLNK, std::move(target), 0777};
}
Entry hard_link(std::string path, std::string target) {
  return {std::move(path), AE_IFREG, std::move(target), 0644, true};
}

// libarchive writes a non-ASCII name only in a locale that has the characters; the agent reads such a name
// without a locale.
class Utf8Locale {
 public:
  Utf8Locale() : mine_(::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr)), before_(::uselocale(mine_)) {}
  ~Utf8Locale() {
    ::uselocale(before_);
    ::freelocale(mine_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t mine_;
  locale_t before_;
};

using Filter = std::function<int(archive*)>;

std::string make(const std::vector<Entry>& entries, const Filter& filter = archive_write_add_filter_none) {
  const Utf8Locale utf8;
  std::string out(8U << 20U, '\0');
  std::size_t used = 0;
  const CHandle<archive, archive_write_free> writer(archive_write_new());
  filter(writer.get());
  archive_write_set_format_pax(writer.get());
  REQUIRE(archive_write_open_memory(writer.get(), out.data(), out.size(), &used) == ARCHIVE_OK);
  for (const auto& e : entries) {
    const CHandle<archive_entry, archive_entry_free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), e.path.c_str());
    archive_entry_set_filetype(entry.get(), e.type);
    archive_entry_set_perm(entry.get(), e.mode);
    archive_entry_set_mtime(entry.get(), 1'000'000'000, 0);
    archive_entry_set_uid(entry.get(), 4242);
    archive_entry_set_gid(entry.get(), 4242);
    const bool data = e.type == AE_IFREG && !e.hard;
    if (data) archive_entry_set_size(entry.get(), static_cast<la_int64_t>(e.content.size()));
    if (e.hard) archive_entry_set_hardlink(entry.get(), e.content.c_str());
    if (e.type == AE_IFLNK) archive_entry_set_symlink(entry.get(), e.content.c_str());
    REQUIRE(archive_write_header(writer.get(), entry.get()) >= ARCHIVE_WARN);
    if (data) archive_write_data(writer.get(), e.content.data(), e.content.size());
  }
  REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
  out.resize(used);
  return out;
}

struct Unpacked {
  Scratch scratch;
  Status result;
  std::string path(const std::string& name = "") const {
    return scratch.path(name.empty() ? "out" : "out/" + name);
  }
  std::string read(const std::string& name) const { return scratch.read("out/" + name); }
  struct stat info(const std::string& name) const {
    struct stat info {};
    CHECK_MESSAGE(::lstat(path(name).c_str(), &info) == 0, name);
    return info;
  }
};

std::unique_ptr<Unpacked> unpack_bytes(const std::string& bytes, UnpackLimits limits = {1U << 20U, 100}) {
  auto unpacked = std::make_unique<Unpacked>();
  unpacked->scratch.write("a.tar", bytes);
  const Fetched archive{UniqueFd(::open(unpacked->scratch.path("a.tar").c_str(), O_RDONLY | O_CLOEXEC)),
                        "a.tar"};
  unpacked->result = unpack_archive(archive, unpacked->path(), limits);
  return unpacked;
}
std::unique_ptr<Unpacked> unpack(const std::vector<Entry>& entries, UnpackLimits limits = {1U << 20U, 100}) {
  return unpack_bytes(make(entries), limits);
}

// The archive is refused, the message names the entry and has `reason`, and nothing was made outside of the
// directory.
void refused(const std::vector<Entry>& entries, std::string_view name, std::string_view reason,
             UnpackLimits limits = {1U << 20U, 100}) {
  const auto unpacked = unpack(entries, limits);
  REQUIRE_FALSE(unpacked->result);
  const auto& error = unpacked->result.error();
  CAPTURE(error.message);
  CHECK(error.code == Errc::refused);
  CHECK(error.message.find(name) != std::string::npos);
  CHECK(error.message.find(reason) != std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(unpacked->scratch.path()))
    CHECK((entry.path().filename() == "a.tar" || entry.path().filename() == "out"));
}

}  // namespace

TEST_CASE("unpack: files, directories and links, without the first component" * doctest::skip(no_openat2())) {
  const auto unpacked =
      unpack({directory("top"), directory("top/bin", 0775), file("top/bin/node", "#!", 0775),
              directory("top/lib"), file("top/lib/m.js", "m", 0666), symlink_to("top/bin/npm", "../lib/m.js"),
              hard_link("top/lib/same.js", "top/lib/m.js"), file("top/deep/er/x", "x")});
  REQUIRE_MESSAGE(unpacked->result, unpacked->result.error().message);
  CHECK(unpacked->read("bin/node") == "#!");
  CHECK(unpacked->read("bin/npm") == "m");
  CHECK(unpacked->read("deep/er/x") == "x");  // its directories were not in the archive
  CHECK(std::filesystem::read_symlink(unpacked->path("bin/npm")) == "../lib/m.js");
  CHECK(unpacked->info("lib/m.js").st_ino == unpacked->info("lib/same.js").st_ino);
  CHECK(unpacked->info("bin/node").st_mtime == 1'000'000'000);
}

TEST_CASE("unpack: modes are made safe, the owner is the user who unpacks" * doctest::skip(no_openat2())) {
  const auto mask = ::umask(0077);
  const auto unpacked = unpack({directory("t/d", 0777), file("t/d/suid", "", 06777), file("t/d/ro", "", 0400),
                                file("t/implied/f", "")});
  ::umask(mask);
  REQUIRE_MESSAGE(unpacked->result, unpacked->result.error().message);
  CHECK((unpacked->info("d").st_mode & 07777U) == 0755);
  CHECK((unpacked->info("d/suid").st_mode & 07777U) == 0755);
  CHECK((unpacked->info("d/ro").st_mode & 07777U) == 0400);
  CHECK((unpacked->info("implied").st_mode & 07777U) == 0755);
  CHECK((unpacked->info("").st_mode & 07777U) == 0755);
  CHECK(unpacked->info("d/ro").st_uid == ::geteuid());
  CHECK(unpacked->info("d/ro").st_gid == ::getegid());
}

TEST_CASE("unpack: every compression that releases come in") {
  const std::string content(100'000, 'c');
  for (const Filter& filter : {Filter(archive_write_add_filter_gzip), Filter(archive_write_add_filter_xz),
                               Filter(archive_write_add_filter_zstd)}) {
    const auto bytes = make({file("top/f", content)}, filter);
    CHECK(bytes.size() < content.size() / 4);
    const auto unpacked = unpack_bytes(bytes);
    REQUIRE_MESSAGE(unpacked->result, unpacked->result.error().message);
    CHECK(unpacked->read("f") == content);
  }
}

TEST_CASE("unpack: names need not be ASCII, nor the locale know them" * doctest::skip(no_openat2())) {
  const auto unpacked =
      unpack({file("top/\xc3\xa9t\xc3\xa9/\xe6\x97\xa5.txt", "x"), symlink_to("top/l", "\xc3\xa9t\xc3\xa9")});
  REQUIRE_MESSAGE(unpacked->result, unpacked->result.error().message);
  CHECK(unpacked->read("\xc3\xa9t\xc3\xa9/\xe6\x97\xa5.txt") == "x");
}

TEST_CASE("unpack: a leading ./ and doubled slashes are only another way to write a path" *
          doctest::skip(no_openat2())) {
  const auto unpacked = unpack({file("./top//a/./b", "x")});
  REQUIRE_MESSAGE(unpacked->result, unpacked->result.error().message);
  CHECK(unpacked->read("a/b") == "x");
}

TEST_CASE("unpack: paths that leave the directory") {
  refused({file("/etc/x", "")}, "/etc/x", "absolute");
  refused({file("top/../../x", "")}, "top/../../x", "'..'");
  refused({file("../top/x", "")}, "../top/x", "'..'");
  refused({file("top/a/..", "")}, "top/a/..", "'..'");
}

TEST_CASE("unpack: symlinks that leave the directory, however they do it" * doctest::skip(no_openat2())) {
  refused({symlink_to("top/l", "/etc/passwd")}, "top/l", "/etc/passwd");
  refused({symlink_to("top/l", "..")}, "top/l", "outside");
  refused({symlink_to("top/a/l", "../../x")}, "top/a/l", "outside");
  refused({symlink_to("top/l", "a/../../x")}, "top/l", "outside");
  refused({symlink_to("top/l", "")}, "top/l", "outside");
  // By its text the second link stays inside; followed through the first link it does not.
  refused({directory("top/d"), symlink_to("top/d/up", ".."), symlink_to("top/d/l", "up/../x")}, "top/d/l",
          "outside");
}

TEST_CASE("unpack: nothing is written or linked through a symlink" * doctest::skip(no_openat2())) {
  refused({directory("top/d"), symlink_to("top/l", "d"), file("top/l/x", "")}, "top/l/x", "link");
  refused({symlink_to("top/l", "d"), file("top/l", "")}, "top/l", "already");
  refused({directory("top/d"), symlink_to("top/l", "d"), directory("top/l")}, "top/l", "already");
  // With a second name one directory higher, the same target would be outside.
  refused({directory("top/a"), symlink_to("top/a/l", "../x"), hard_link("top/h", "top/a/l")}, "top/h",
          "not a file");
}

TEST_CASE("unpack: hard links only to what was unpacked") {
  refused({hard_link("top/h", "/etc/passwd")}, "top/h", "absolute");
  refused({hard_link("top/h", "top/../../etc/passwd")}, "top/h", "'..'");
  refused({hard_link("top/h", "top/absent")}, "top/h", "not a file");
  refused({directory("top/d"), hard_link("top/h", "top/d")}, "top/h", "not a file");
}

TEST_CASE("unpack: nothing but files, directories and links") {
  for (const unsigned type : {AE_IFIFO, AE_IFCHR, AE_IFBLK})
    refused({{"top/special", type, ""}}, "top/special", "neither");
}

TEST_CASE("unpack: a name may appear only once") {
  refused({file("top/f", "1"), file("top/f", "2")}, "top/f", "already");
}

TEST_CASE("unpack: a file beside the top directory would be lost by stripping, so it is refused") {
  refused({file("loose", "")}, "loose", "beside");
}

TEST_CASE("unpack: limits") {
  refused({file("top/a", "12345"), file("top/b", "67890")}, "top/b", "more than the 9 bytes", {9, 100});
  refused({file("top/a", ""), file("top/b", ""), file("top/c", "")}, "top/c", "more than the 2 entries",
          {100, 2});
  CHECK(unpack({file("top/a", "12345"), file("top/b", "6789")}, {9, 2})->result);
}

TEST_CASE("unpack: a small archive that unpacks to much") {
  const auto bomb = make({file("top/zeros", std::string(6U << 20U, '\0'))}, archive_write_add_filter_xz);
  CHECK(bomb.size() < 10'000);
  const auto unpacked = unpack_bytes(bomb, {1U << 20U, 10});
  REQUIRE_FALSE(unpacked->result);
  CHECK(unpacked->result.error().code == Errc::refused);
  CHECK(unpacked->info("zeros").st_size <= 1 << 20);
}

TEST_CASE("unpack: what is not a complete archive") {
  const auto good = make({file("top/f", std::string(50'000, 'f'))}, archive_write_add_filter_gzip);
  for (const auto& bytes : {std::string(), std::string("no archive at all, only a line of text\n"),
                            good.substr(0, good.size() / 2)}) {
    const auto unpacked = unpack_bytes(bytes);
    REQUIRE_FALSE(unpacked->result);
    CHECK(unpacked->result.error().message.find("a.tar") != std::string::npos);
  }
  CHECK_FALSE(unpack({})->result);
}

TEST_CASE("unpack: into a new or empty directory only") {
  const Scratch scratch;
  scratch.write("a.tar", make({file("top/f", "f")}));
  const Fetched archive{UniqueFd(::open(scratch.path("a.tar").c_str(), O_RDONLY | O_CLOEXEC)), "a.tar"};
  std::filesystem::create_directory(scratch.path("empty"));
  CHECK(unpack_archive(archive, scratch.path("empty"), {10, 10}));
  const auto again = unpack_archive(archive, scratch.path("empty"), {10, 10});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::refused);
  std::filesystem::create_directory(scratch.path("other"));
  scratch.write("other/theirs", "");
  CHECK(unpack_archive(archive, scratch.path("other"), {10, 10}).error().message ==
        "unpack a.tar: " + scratch.path("other") + ": not empty");
  std::filesystem::create_directory(scratch.path("void"));
  std::filesystem::create_directory_symlink(scratch.path("void"), scratch.path("link"));
  CHECK_FALSE(unpack_archive(archive, scratch.path("link"), {10, 10}));
  CHECK_FALSE(unpack_archive(archive, scratch.path("no/such/parent"), {10, 10}));
  // The same open file, from its start, even when it was read before.
  CHECK(unpack_archive(archive, scratch.path("second"), {10, 10}));
}
