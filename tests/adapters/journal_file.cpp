// SPDX-License-Identifier: Apache-2.0
// Compressed fields of a journal, in handmade files in the format of systemd.io/JOURNAL_FILE_FORMAT.
#include "platform/systemd/journal_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <fcntl.h>

#include <array>
#include <string>
#include <vector>

#include "adapters/scratch.hpp"
#include "base/c_handle.hpp"
#include "base/unique_fd.hpp"

using namespace agent;
using agent::test::Scratch;

namespace {

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (; bytes > 0; --bytes, value >>= 8U) out += static_cast<char>(value & 0xFFU);
  return out;
}

std::string zstd(const std::string& text) {
  const CHandle<archive, archive_write_free> writer(archive_write_new());
  std::string out(text.size() + 1024, '\0');
  std::size_t used = 0;
  REQUIRE(archive_write_add_filter_zstd(writer.get()) == ARCHIVE_OK);
  REQUIRE(archive_write_set_format_raw(writer.get()) == ARCHIVE_OK);
  REQUIRE(archive_write_set_bytes_in_last_block(writer.get(), 1) == ARCHIVE_OK);
  REQUIRE(archive_write_open_memory(writer.get(), out.data(), out.size(), &used) == ARCHIVE_OK);
  const CHandle<archive_entry, archive_entry_free> entry(archive_entry_new());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  REQUIRE(archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
  REQUIRE(archive_write_data(writer.get(), text.data(), text.size()) == static_cast<la_ssize_t>(text.size()));
  REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
  out.resize(used);
  return out;
}

// A handmade journal file: a header of 272 bytes, then objects.
class Journal {
 public:
  explicit Journal(bool compact) : compact_(compact) {
    text_ = "LPKSHHRH" + little_endian(0, 4) + little_endian(compact ? 16 : 0, 4) + std::string(72, '\0') +
            little_endian(272, 8);
    text_.resize(272);
  }
  // Returns where its payload is.
  std::size_t add(unsigned type, unsigned flags, const std::string& payload) {
    const std::size_t fixed = compact_ ? 72 : 64;
    text_ += std::string({static_cast<char>(type), static_cast<char>(flags)}) + std::string(6, '\0') +
             little_endian(fixed + payload.size(), 8) + std::string(fixed - 16, '\0') + payload;
    const auto at = text_.size() - payload.size();
    text_.resize((text_.size() + 7) / 8 * 8);
    return at;
  }
  std::string text_;

 private:
  bool compact_;
};

struct Field {
  off_t offset;
  std::size_t size;
  std::string text;
};

std::vector<Field> fields(const std::string& file) {
  const Scratch scratch;
  scratch.write("journal", file);
  const UniqueFd fd(::open(scratch.path("journal").c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<Field> found;
  CHECK(for_each_compressed_field(fd.get(), "journal",
                                  [&](off_t offset, std::size_t size, std::string_view text) -> Status {
                                    found.push_back({offset, size, std::string(text)});
                                    return {};
                                  })
            .has_value());
  return found;
}

}  // namespace

TEST_CASE("journal: compressed fields are found where they are, in both layouts, and nothing else is") {
  const std::string long_text = "MESSAGE=" + std::string(2000, 'a') + " the end";
  for (const bool compact : {false, true}) {
    CAPTURE(compact);
    Journal journal(compact);
    journal.add(1, 0, "MESSAGE=plain");
    const auto packed = zstd(long_text);
    const auto at = journal.add(1, 4, packed);
    journal.add(3, 4, packed);  // an entry, which has no payload of its own
    journal.add(1, 4, "not zstd at all");
    const auto last = journal.add(1, 4, zstd("MESSAGE=second"));
    const auto found = fields(journal.text_ + std::string(4096, '\0'));
    REQUIRE(found.size() == 3);
    CHECK(static_cast<std::size_t>(found[0].offset) == at);
    CHECK(found[0].size == packed.size());
    CHECK(found[0].text == long_text);
    CHECK(found[1].text == "not zstd at all");  // its bytes as they are
    CHECK(static_cast<std::size_t>(found[2].offset) == last);
    CHECK(found[2].text == "MESSAGE=second");
  }
}

TEST_CASE("journal: a file that is not a journal has no fields; a damaged one has none after the damage") {
  CHECK(fields("").empty());
  CHECK(fields("LPKSHHRH").empty());
  CHECK(fields(std::string(500, 'x')).empty());
  Journal journal(false);
  journal.add(1, 4, zstd("MESSAGE=first"));
  const auto good = journal.text_;
  CHECK(fields(good + "\x01\x04" + std::string(6, '\0') + little_endian(~0ULL, 8) + good).size() == 1);
  CHECK(fields(good + "\x01\x04" + std::string(6, '\0') + little_endian(15, 8) + good).size() == 1);
  Journal cut_off(false);
  const auto at = cut_off.add(1, 4, zstd("MESSAGE=first"));
  CHECK(fields(good + cut_off.text_.substr(272, at - 272)).size() == 1);  // before the payload
  const auto rest = fields(good + cut_off.text_.substr(272, at - 272 + 5));
  REQUIRE(rest.size() == 2);
  CHECK(rest[1].size == 5);
  auto far = good;
  far.replace(88, 8, little_endian(~0ULL, 8));
  CHECK(fields(far).empty());
}
