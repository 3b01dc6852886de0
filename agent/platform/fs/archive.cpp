// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/c_handle.hpp"
#include "platform/fs/tree_writer.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

using Reader = CHandle<archive, archive_read_free>;

tl::unexpected<Error> damaged(archive* reader) {
  const char* why = archive_error_string(reader);
  return fail(Errc::failed, "the archive is damaged: {}", why != nullptr ? why : "no reason given");
}

Result<Reader> open_reader(int fd) {
  Reader reader(archive_read_new());
  auto* r = reader.get();
  // ARCHIVE_WARN would mean that a filter is not built in, and that libarchive would run an external program.
  if (r == nullptr || archive_read_support_format_tar(r) != ARCHIVE_OK ||
      archive_read_support_filter_gzip(r) != ARCHIVE_OK || archive_read_support_filter_xz(r) != ARCHIVE_OK ||
      archive_read_support_filter_zstd(r) != ARCHIVE_OK)
    return fail(Errc::failed, "libarchive was built without tar, gzip, xz or zstd");
  if (::lseek(fd, 0, SEEK_SET) != 0) return fail_errno(errno, "seek");
  constexpr std::size_t block = 256U << 10U;
  if (archive_read_open_fd(r, fd, block) != ARCHIVE_OK) return damaged(r);
  return reader;
}

std::string text(const char* value) { return value != nullptr ? value : ""; }

// a/./b//c -> b/c: without empty parts, `.` and the first component. Empty when nothing is left.
Result<std::string> strip(std::string_view path) {
  if (path.starts_with('/')) return fail(Errc::refused, "an absolute path");
  std::string out;
  bool first = true;
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") return fail(Errc::refused, "a path with '..'");
    if (!first) {
      if (!out.empty()) out += '/';
      out += part;
    }
    first = false;
  }
  return out;
}

class Unpacking {
 public:
  Unpacking(archive* reader, TreeWriter& tree, const UnpackLimits& limits)
      : reader_(reader), tree_(tree), limits_(limits) {}

  Status entry(archive_entry* entry, const std::string& name) {
    if (++entries_ > limits_.max_entries)
      return fail(Errc::refused, "more than the {} entries allowed", limits_.max_entries);
    AGENT_TRY_ASSIGN(auto path, strip(name));
    if (const auto target = text(archive_entry_hardlink(entry)); !target.empty())
      return hard_link(path, target);
    const auto type = archive_entry_filetype(entry);
    if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)
      return fail(Errc::refused, "neither file, directory nor link");
    if (path.empty() && type == AE_IFDIR) return {};  // the top directory itself
    if (path.empty()) return beside();
    if (type == AE_IFDIR) return tree_.directory(path, archive_entry_perm(entry));
    if (type == AE_IFLNK) return tree_.symlink(path, text(archive_entry_symlink(entry)));
    return file(path, entry);
  }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }

 private:
  static tl::unexpected<Error> beside() {
    return fail(Errc::refused, "it is beside the archive's top directory, not in it");
  }

  Status hard_link(const std::string& path, const std::string& target) {
    AGENT_TRY_ASSIGN(auto stripped, with_context(strip(target), "a hard link to " + target));
    if (path.empty() || stripped.empty()) return beside();
    return tree_.hard_link(path, stripped);
  }

  Status file(const std::string& path, archive_entry* entry) {
    AGENT_TRY_ASSIGN(auto made, tree_.file(path));
    for (;;) {
      // The holes of a sparse file are read as zeros, and count.
      const auto got = archive_read_data(reader_, buffer_.data(), buffer_.size());
      if (got < 0) return damaged(reader_);
      if (got == 0) break;
      const auto size = static_cast<std::size_t>(got);
      bytes_ += size;
      if (bytes_ > limits_.max_bytes)
        return fail(Errc::refused, "more than the {} bytes allowed", limits_.max_bytes);
      AGENT_TRY(write_all(made.get(), {buffer_.data(), size}, "cannot be written"));
    }
    return TreeWriter::finish_file(made, archive_entry_perm(entry), archive_entry_mtime(entry));
  }

  archive* reader_;
  TreeWriter& tree_;
  const UnpackLimits& limits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::vector<char> buffer_ = std::vector<char>(256U << 10U);
};

Status unpack(int fd, const std::string& directory, const UnpackLimits& limits) {
  AGENT_TRY_ASSIGN(auto reader, open_reader(fd));
  AGENT_TRY_ASSIGN(auto tree, TreeWriter::open(directory));
  Unpacking unpacking(reader.get(), tree, limits);
  for (;;) {
    archive_entry* entry = nullptr;
    const int r = archive_read_next_header(reader.get(), &entry);
    if (r == ARCHIVE_EOF) break;
    // Without a locale, libarchive warns about a pax name that is not ASCII, but returns its bytes unchanged.
    if (r != ARCHIVE_OK && r != ARCHIVE_WARN) return damaged(reader.get());
    const auto name = text(archive_entry_pathname(entry));
    if (auto made = unpacking.entry(entry, name); !made) return pass(std::move(made), name);
  }
  if (unpacking.entries() == 0) return fail(Errc::refused, "the archive is empty");
  return tree.sync();
}

}  // namespace

Status unpack_archive(const Fetched& archive, const std::string& directory, const UnpackLimits& limits) {
  AGENT_TRY(with_context(unpack(archive.fd.get(), directory, limits), "unpack " + archive.name));
  return {};
}

}  // namespace agent
