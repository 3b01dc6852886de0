// SPDX-License-Identifier: Apache-2.0
// Unpacking: whatever the archive says, nothing is made outside of the directory, and nothing that could do
// harm later. Input: a line `raw` and the archive's bytes, or the entries of a tar archive, a line each: TYPE
// MODE PATH|TARGET|CONTENT.
#include "platform/fs/archive.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <map>

#include "fuzz.hpp"
#include "platform/posix/posix.hpp"

namespace agent::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr UnpackLimits limits{1U << 20U, 100};
constexpr std::size_t block = 512;

// A field of a tar header takes what fits.
void set(std::string& header, std::size_t at, std::size_t size, std::string_view value) {
  header.replace(at, std::min(size, value.size()), value.substr(0, size));
}

// POSIX ustar (pax(1), "ustar Interchange Format"), with a correct checksum, so that the entry is read.
std::string tar_entry(std::string_view line) {
  const auto type = line.substr(0, 1);
  line.remove_prefix(std::min<std::size_t>(2, line.size()));
  const auto mode = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(mode.size() + 1, line.size()));
  std::array<std::string_view, 3> fields;  // path, target, content
  for (auto& field : fields) {
    field = line.substr(0, line.find('|'));
    line.remove_prefix(std::min(field.size() + 1, line.size()));
  }
  std::string header(block, '\0');
  set(header, 0, 100, fields[0]);
  set(header, 100, 8, mode);
  set(header, 124, 12, fmt::format("{:011o}", fields[2].size()));
  set(header, 136, 12, "07346545000");
  set(header, 148, 8, "        ");
  set(header, 156, 1, type);
  set(header, 157, 100, fields[1]);
  set(header, 257, 8, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  set(header, 148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  header += fields[2];
  return header.append((block - fields[2].size() % block) % block, '\0');
}

std::string archive_from(std::string_view input) {
  constexpr std::string_view raw = "raw\n";
  if (input.starts_with(raw)) return std::string(input.substr(raw.size()));
  std::string out;
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    out += tar_entry(line);
  }
  return out.append(2 * block, '\0');
}

// A directory with one file that must not be changed.
class Playground {
 public:
  Playground() {
    require(::mkdtemp(path_.data()) != nullptr, "a directory can be made");
    const UniqueFd victim(::open((path_ + "/victim").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    require(victim && write_all(victim.get(), "untouched", "victim").has_value(), "a file can be made");
    before_ = look("victim");
  }
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;
  ~Playground() { fs::remove_all(path_); }

  [[nodiscard]] std::string out() const { return path_ + "/out"; }
  void require_untouched() const {
    const auto after = look("victim");
    require(after.st_mode == before_.st_mode && after.st_size == before_.st_size && after.st_nlink == 1 &&
                after.st_mtim.tv_sec == before_.st_mtim.tv_sec &&
                after.st_mtim.tv_nsec == before_.st_mtim.tv_nsec,
            "what lies beside the directory is untouched");
    for (const auto& entry : fs::directory_iterator(path_))
      require(entry.path().filename() == "victim" || entry.path().filename() == "out",
              "nothing is made beside the directory");
  }

 private:
  [[nodiscard]] struct stat look(const char* name) const {
    struct stat info {};
    require(::lstat((path_ + "/" + name).c_str(), &info) == 0, "it is there");
    return info;
  }
  std::string path_ = scratch_template();
  struct stat before_ {};
};

void require_inside(const fs::path& link, const fs::path& root) {
  std::error_code around;  // a link to itself leads nowhere
  const auto target =
      fs::weakly_canonical(link.parent_path() / fs::read_symlink(link), around).lexically_relative(root);
  require(around || (!target.empty() && *target.begin() != ".."), "no link leads out: " + link.string());
}

void require_harmless(const fs::path& root) {
  std::map<ino_t, nlink_t> names;
  std::map<ino_t, nlink_t> links;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    struct stat info {};
    require(::lstat(entry.path().c_str(), &info) == 0, "it is there");
    if (S_ISLNK(info.st_mode)) {
      require_inside(entry.path(), root);
      continue;
    }
    require(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode),
            "only files, directories and links: " + entry.path().string());
    require((info.st_mode & 07022U) == 0, "no setuid, no writing by others: " + entry.path().string());
    require(info.st_uid == ::geteuid(), "it belongs to who unpacks");
    if (!S_ISREG(info.st_mode)) continue;
    links[info.st_ino] = info.st_nlink;
    if (++names[info.st_ino] == 1) bytes += static_cast<std::uint64_t>(info.st_size);
  }
  require(names == links, "no file has a name elsewhere");
  require(bytes <= limits.max_bytes, "no more bytes than allowed");
}

}  // namespace

void run(std::string_view input) {
  const auto bytes = archive_from(input);
  const Fetched archive{UniqueFd(::memfd_create("archive", MFD_CLOEXEC)), "a.tar"};
  require(archive.fd && write_all(archive.fd.get(), bytes, "archive").has_value(),
          "a file can be made in memory");
  const Playground playground;
  const auto done = unpack_archive(archive, playground.out(), limits);
  if (!done) require_error(done.error(), {Errc::refused, Errc::failed, Errc::invalid, Errc::not_found});
  playground.require_untouched();
  if (fs::exists(playground.out())) require_harmless(playground.out());
}

}  // namespace agent::fuzz
