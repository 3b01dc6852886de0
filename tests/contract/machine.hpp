// SPDX-License-Identifier: Apache-2.0
// A host under test, and operations of another user on the same machine. Every case runs on the fake and on
// the real host. Where they differ, the fake is wrong, and every test that uses it is worth nothing.
#pragma once

#include <string>

#include "platform/real_host.hpp"
#include "support/fake_host.hpp"

namespace agent {

class Machine {
 public:
  virtual ~Machine() = default;
  [[nodiscard]] virtual Host& host() = 0;
  [[nodiscard]] virtual std::uint64_t mutations() const = 0;
  // Whether this process may give files to other users.
  [[nodiscard]] virtual bool is_root() const = 0;
  [[nodiscard]] FileMode own(mode_t mode) const { return {mode, owner.uid, owner.gid}; }

  virtual void put(const std::string& path, const std::string& content, const FileMode& mode) = 0;
  virtual void put_directory(const std::string& path, const FileMode& mode) = 0;
  virtual void put_symlink(const std::string& path, const std::string& target) = 0;
  virtual void put_fifo(const std::string& path) = 0;
  virtual void put_hard_link(const std::string& old_path, const std::string& path) = 0;

  std::string root;  // its own empty directory
  User owner;        // the user of this process
  User user;         // a user with an empty home in `root`; the owner where there is no other user

 protected:
  void set_the_scene();
};

class FakeMachine final : public Machine {
 public:
  FakeMachine();
  Host& host() override { return fake_; }
  std::uint64_t mutations() const override { return fake_.mutations(); }
  bool is_root() const override { return true; }
  void put(const std::string& path, const std::string& content, const FileMode& mode) override;
  void put_directory(const std::string& path, const FileMode& mode) override {
    fake_.files.put_directory(path, mode);
  }
  void put_symlink(const std::string& path, const std::string& target) override;
  void put_fifo(const std::string& path) override { fake_.files.put_fifo(path); }
  void put_hard_link(const std::string& old_path, const std::string& path) override;

 private:
  FakeHost fake_;
};

class RealMachine final : public Machine {
 public:
  RealMachine();
  RealMachine(const RealMachine&) = delete;
  RealMachine& operator=(const RealMachine&) = delete;
  ~RealMachine() override;
  Host& host() override { return real_; }
  std::uint64_t mutations() const override { return real_.mutations(); }
  bool is_root() const override { return owner.uid == 0; }
  void put(const std::string& path, const std::string& content, const FileMode& mode) override;
  void put_directory(const std::string& path, const FileMode& mode) override;
  void put_symlink(const std::string& path, const std::string& target) override;
  void put_fifo(const std::string& path) override;
  void put_hard_link(const std::string& old_path, const std::string& path) override;

 private:
  RealHost real_;
};

// For a case that only root can run. Prints a message where it cannot run.
#define NEEDS_ROOT(machine)                   \
  if (!(machine).is_root()) {                 \
    MESSAGE("skipped: only root can try it"); \
    return;                                   \
  }

}  // namespace agent
