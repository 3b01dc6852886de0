// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/journal_file.hpp"

#include <archive.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>

#include "base/c_handle.hpp"
#include "platform/posix/posix.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

constexpr std::size_t largest_field = 16U << 20U;
constexpr unsigned data_object = 1;
constexpr unsigned compressed_by_zstd = 1U << 2U;
constexpr unsigned compact =
    1U << 4U;  // one of the file's incompatible flags: data objects have 8 more bytes before their payload

template <std::size_t size>
bool read_at(int fd, off_t offset, std::array<unsigned char, size>& into) {
  return ::pread(fd, into.data(), size, offset) == static_cast<ssize_t>(size);
}

// Little-endian, like all numbers of the format.
std::uint64_t number(std::span<const unsigned char> from, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  while (bytes > 0) value = value << 8U | from[at + --bytes];
  return value;
}

// The decompressed text; empty when decompression fails.
std::string decompressed(const std::string& payload) {
  const CHandle<archive, archive_read_free> reader(archive_read_new());
  auto* r = reader.get();
  archive_entry* entry = nullptr;
  if (r == nullptr || archive_read_support_filter_zstd(r) != ARCHIVE_OK ||
      archive_read_support_format_raw(r) != ARCHIVE_OK ||
      archive_read_open_memory(r, payload.data(), payload.size()) != ARCHIVE_OK ||
      archive_read_next_header(r, &entry) != ARCHIVE_OK)
    return {};
  std::string text;
  text.reserve(8 * payload.size());
  std::array<char, 8192> block{};
  for (;;) {
    const auto got = archive_read_data(r, block.data(), block.size());
    if (got <= 0 || text.size() > largest_field) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Status for_each_compressed_field(int fd, std::string_view what,
                                 const std::function<Status(off_t, std::size_t, std::string_view)>& visit) {
  std::array<unsigned char, 104> header{};
  if (!read_at(fd, 0, header) ||
      std::string_view(reinterpret_cast<const char*>(header.data()), 8) != "LPKSHHRH")
    return {};
  const std::uint64_t before_payload = (number(header, 12, 4) & compact) != 0 ? 72 : 64;
  std::array<unsigned char, 16> object{};
  for (auto offset = number(header, 88, 8); read_at(fd, static_cast<off_t>(offset), object);) {
    const auto size = number(object, 8, 8);
    if (size < object.size() || size > (1U << 30U)) return {};
    const auto held = size > before_payload ? size - before_payload : 0;
    if (object[0] == data_object && (object[1] & compressed_by_zstd) != 0 && held > 0 &&
        held <= largest_field) {
      const auto at = static_cast<off_t>(offset + before_payload);
      std::string payload(held, '\0');
      const auto got = ::pread(fd, payload.data(), held, at);
      if (got < 0) return fail_errno(errno, what);
      if (got == 0) return {};
      payload.resize(static_cast<std::size_t>(got));  // a truncated file has only a part
      auto text = decompressed(payload);
      auto visited = visit(at, payload.size(), text);
      wipe(text);
      AGENT_TRY(visited);
    }
    offset += (size + 7) / 8 * 8;
  }
  return {};
}

}  // namespace agent
