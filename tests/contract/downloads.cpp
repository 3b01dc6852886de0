// SPDX-License-Identifier: Apache-2.0
// Downloads and archives: the fake against the real adapter, with a server on loopback.
#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include "adapters/http_server.hpp"
#include "adapters/scratch.hpp"
#include "platform/crypto/sha256.hpp"
#include "platform/real_host.hpp"
#include "support/fake_host.hpp"
#include "support/kernel.hpp"

#define ON_BOTH(name) TEST_CASE_TEMPLATE(name, D, FakeDownloads, RealDownloads)

namespace agent {
namespace {

using Entries = std::map<std::string, Node>;

const std::string served = "what is served";
constexpr UnpackLimits roomy{1U << 20U, 100};

Node file(std::string content, mode_t mode = 0644) {
  return {FileType::regular, mode, 0, 0, std::move(content), 1, {}};
}
Entries tree() {
  return {{"bin", {FileType::directory, 0755, 0, 0, "", 1, {}}},
          {"bin/tool", file("#!/bin/sh\n", 0755)},
          {"readme", file("read me")}};
}

// The same entries as a tar, in a directory `top`.
std::string tar(const Entries& entries) {
  std::string out(1U << 20U, '\0');
  std::size_t used = 0;
  auto* writer = archive_write_new();
  archive_write_set_format_pax_restricted(writer);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [path, node] : entries) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, ("top/" + path).c_str());
    archive_entry_set_filetype(entry, node.type == FileType::directory ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, node.mode);
    archive_entry_set_size(entry, static_cast<la_int64_t>(node.content.size()));
    archive_write_header(writer, entry);
    archive_write_data(writer, node.content.data(), node.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

class FakeDownloads {
 public:
  FakeDownloads() {
    fake_.serve(url("/file"), served);
    archive_sha256 = fake_.serve_archive(url("/tree.tar"), tree());
    fake_.files.put_directory(root);
  }
  Host& host() { return fake_; }
  static std::string url(const std::string& path) { return "http://127.0.0.1:80" + path; }

  std::string root = "/tmp/downloads";
  std::string archive_sha256;

 private:
  FakeHost fake_;
};

class RealDownloads {
 public:
  RealDownloads() {
    options_.work_directory = scratch_.path("state/work");
    real_ = std::make_unique<RealHost>(options_);
    std::filesystem::create_directory(root);
  }
  Host& host() { return *real_; }
  [[nodiscard]] std::string url(const std::string& path) const { return server_.url(path); }

 private:
  test::Scratch scratch_;
  const std::string tar_ = tar(tree());
  test::HttpServer server_{[this](const test::Connection& client, int, const std::string& head) {
    const auto asks = [&](const std::string& path) { return head.starts_with("GET " + path + " "); };
    client.send(asks("/file") ? test::ok(served) : asks("/tree.tar") ? test::ok(tar_) : test::status(404));
  }};
  RealHost::Options options_;
  std::unique_ptr<RealHost> real_;

 public:
  std::string root = scratch_.path("root");
  std::string archive_sha256 = sha256_hex(tar_);
};

template <class T>
void failed(const Result<T>& result, Errc code, const std::string& message) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == code);
  CHECK(result.error().message == message);
}

}  // namespace

// Only root has a work directory.
ON_BOTH("contract: a download is what its hash says, or nothing" * doctest::skip(::geteuid() != 0)) {
  D d;
  auto& host = d.host();
  const auto sha256 = sha256_hex(served);
  const auto url = d.url("/file");
  const auto file = host.fetch({url, sha256, 100, Milliseconds(10'000)});
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(file->name == "file");
  CHECK(host.contents(*file, 100).value() == served);
  failed(host.contents(*file, 3), Errc::refused, "read file: larger than 3 bytes");
  const std::string other(64, 'a');
  failed(host.fetch({url, other, 100, Milliseconds(10'000)}), Errc::refused,
         url + ": sha256 is " + sha256 + ", expected " + other);
  failed(host.fetch({url, "ABC", 100, Milliseconds(10'000)}), Errc::invalid,
         url + ": sha256 must be 64 lower-case hex digits");
  failed(host.fetch({url, sha256, 3, Milliseconds(10'000)}), Errc::refused,
         "GET " + url + ": 14 bytes, more than the 3 allowed (attempt 1)");
  const auto gone = d.url("/gone");
  failed(host.fetch({gone, sha256, 100, Milliseconds(10'000)}), Errc::not_found,
         "GET " + gone + ": the server answers 404 (attempt 1)");
}

ON_BOTH("contract: an archive is unpacked into a fresh directory, within its limits" *
        doctest::skip(::geteuid() != 0 || no_openat2())) {
  D d;
  auto& host = d.host();
  const auto archive = host.fetch({d.url("/tree.tar"), d.archive_sha256, 1U << 20U, Milliseconds(10'000)});
  REQUIRE_MESSAGE(archive, archive.error().message);
  const auto to = d.root + "/new";
  REQUIRE(host.unpack(*archive, to, roomy));
  CHECK(host.list(to).value() == std::vector<std::string>{"bin", "readme"});
  CHECK(host.read_file(to + "/readme").value() == "read me");
  CHECK(host.stat(to + "/bin/tool").value()->mode == 0755);
  CHECK(host.stat(to).value()->mode == 0755);
  failed(host.unpack(*archive, to, roomy), Errc::refused, "unpack tree.tar: " + to + ": not empty");
  failed(host.unpack(*archive, d.root + "/absent/new", roomy), Errc::not_found,
         "unpack tree.tar: " + d.root + "/absent/new: No such file or directory");
  failed(host.unpack(*archive, d.root + "/few", {1U << 20U, 2}), Errc::refused,
         "unpack tree.tar: top/readme: more than the 2 entries allowed");
  failed(host.unpack(*archive, d.root + "/small", {12, 100}), Errc::refused,
         "unpack tree.tar: top/readme: more than the 12 bytes allowed");
}

ON_BOTH("contract: what is no archive is damaged" * doctest::skip(::geteuid() != 0)) {
  D d;
  auto& host = d.host();
  const auto text = host.fetch({d.url("/file"), sha256_hex(served), 100, Milliseconds(10'000)});
  REQUIRE(text);
  failed(host.unpack(*text, d.root + "/new", roomy), Errc::failed,
         "unpack file: the archive is damaged: Unrecognized archive format");
}

}  // namespace agent
