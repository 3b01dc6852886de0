// SPDX-License-Identifier: Apache-2.0
#include "contract/machine.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace agent {
namespace {

// Not in any passwd(5); the kernel does not need it.
constexpr uid_t somebody = 54321;

RealHost::Options silent() { return {}; }

}  // namespace

void Machine::set_the_scene() {
  owner.name = "owner";
  user = owner;
  if (is_root()) user.uid = user.gid = somebody;
  user.name = "somebody";
  user.home = root + "/home";
  put_directory(user.home, {0750, user.uid, user.gid});
}

FakeMachine::FakeMachine() {
  root = "/tmp/contract";
  fake_.files.put_directory(root);
  set_the_scene();
}

void FakeMachine::put(const std::string& path, const std::string& content, const FileMode& mode) {
  fake_.files.put(path, content, mode);
}
void FakeMachine::put_symlink(const std::string& path, const std::string& target) {
  fake_.files.put_symlink(path, target);
}
void FakeMachine::put_hard_link(const std::string& old_path, const std::string& path) {
  fake_.files.put_hard_link(old_path, path);
}

RealMachine::RealMachine() : real_(silent()) {
  root = (std::filesystem::temp_directory_path() / "agent-contract-XXXXXX").string();
  REQUIRE(::mkdtemp(root.data()) != nullptr);
  REQUIRE(::chmod(root.c_str(), 0755) == 0);
  owner.uid = ::geteuid();
  owner.gid = ::getegid();
  set_the_scene();
}

RealMachine::~RealMachine() {
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
}

void RealMachine::put(const std::string& path, const std::string& content, const FileMode& mode) {
  std::ofstream(path, std::ios::binary) << content;
  REQUIRE(::chown(path.c_str(), mode.uid, mode.gid) == 0);
  REQUIRE(::chmod(path.c_str(), mode.mode) == 0);
}
void RealMachine::put_directory(const std::string& path, const FileMode& mode) {
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  REQUIRE(::chown(path.c_str(), mode.uid, mode.gid) == 0);
  REQUIRE(::chmod(path.c_str(), mode.mode) == 0);
}
void RealMachine::put_symlink(const std::string& path, const std::string& target) {
  REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
}
void RealMachine::put_fifo(const std::string& path) { REQUIRE(::mkfifo(path.c_str(), 0666) == 0); }
void RealMachine::put_hard_link(const std::string& old_path, const std::string& path) {
  REQUIRE(::link(old_path.c_str(), path.c_str()) == 0);
}

}  // namespace agent
