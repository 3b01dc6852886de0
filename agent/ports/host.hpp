// SPDX-License-Identifier: Apache-2.0
// Host: a Probe that can also change the machine. Every change passes through before(), so that changes can
// be counted, shown, and (in tests) made to fail. Each operation is atomic or safe to repeat: the agent may
// be killed after any of them.
#pragma once

#include "ports/probe.hpp"

namespace agent {

class Host : public Probe {
 public:
  // Replaces a file as a whole: temporary file with its final mode and owner from the first byte, fsync,
  // rename, fsync of the directory (rename(2)). Parent directories must exist. Never follows a symlink at
  // `path`: the link itself is replaced, in a home it is Errc::refused.
  [[nodiscard]] Status write_file(const Path& path, std::string_view content, const FileMode& mode);
  // As write_file; what it replaces is overwritten as soon as its name is taken.
  [[nodiscard]] Status write_secret_file(const Path& path, std::string_view content, const FileMode& mode);
  // mkdir -p for the last component only when absent; mode and owner are set if they differ.
  [[nodiscard]] Status make_directory(const Path& path, const FileMode& mode);
  [[nodiscard]] Status set_mode(const Path& path, const FileMode& mode);
  // Makes `path` a symlink to `target`, replacing a file or link atomically, in a home as well.
  [[nodiscard]] Status make_symlink(const std::string& target, const Path& path);
  // A directory is on disk as a whole before it has its new name.
  [[nodiscard]] Status rename(const std::string& from, const std::string& to);
  // Unlinks a file or symlink; absent is fine.
  [[nodiscard]] Status remove(const Path& path);
  // Removes a directory tree of the system without following links; absent is fine.
  [[nodiscard]] Status remove_tree(const std::string& directory);
  // Gives a tree to root: owner 0:0, no setuid/setgid, writable by nobody else, readable by all (the
  // builder's umask may have been 077); refuses devices, FIFOs and sockets.
  [[nodiscard]] Status give_to_root(const std::string& directory);
  // Overwrites a regular file with one link in place, syncs, truncates, unlinks. Absent is fine; anything
  // else is refused.
  [[nodiscard]] Status wipe_file(const Path& path);

  // Overwrites the bytes of every secret in a file in place, nothing else, and syncs. It goes through no
  // symlink; only a regular file with one link is touched, anything else is refused. Absent is fine.
  [[nodiscard]] Status overwrite_secrets(const std::string& path);
  // What was written so far, by whomever, is on the disk: other programs' files may be lost or empty after a
  // power cut until then.
  [[nodiscard]] Status sync();
  // Tells the device which blocks of the root file system are unused, so that it forgets what stood in them;
  // those as well that archived journals own and never wrote.
  [[nodiscard]] Result<FreeSpace> trim();

  // An Error means it could not be run. A non-zero exit is the caller's to judge, and so is `timed_out`: what
  // it printed before (a link to open, say) is in the result.
  [[nodiscard]] Result<Completed> run(const Command& command);

  // Downloads through the hash into a root-only place, retrying and resuming with backoff within the timeout.
  // A wrong hash is Errc::refused with both hashes in the message. Progress goes to the log.
  [[nodiscard]] Result<Fetched> fetch(const Fetch& fetch);
  // The whole of a fetched file, at most `limit` bytes.
  [[nodiscard]] virtual Result<std::string> contents(const Fetched& file, std::size_t limit) const = 0;
  // Unpacks tar(.gz|.xz|.zst) into a fresh directory, without the first path component, owned by root.
  // Refuses absolute paths,
  // `..`, links that leave the directory, devices, and more than the limits.
  [[nodiscard]] Status unpack(const Fetched& archive, const std::string& directory,
                              const UnpackLimits& limits);

  // systemd jobs: they wait for the job's end within the timeout and name Service.Result when it failed.
  [[nodiscard]] Status start_unit(const Scope& scope, const std::string& unit, Milliseconds timeout);
  [[nodiscard]] Status restart_unit(const Scope& scope, const std::string& unit, Milliseconds timeout);
  [[nodiscard]] Status stop_unit(const Scope& scope, const std::string& unit, Milliseconds timeout);
  [[nodiscard]] Status enable_unit(const Scope& scope, const std::string& unit);  // unmasks it as well
  [[nodiscard]] Status reset_failed(const Scope& scope, const std::string& unit);
  [[nodiscard]] Status reload_manager(const Scope& scope);
  // Lets the user's manager run without a session, and waits until it is up (logind's SetUserLinger, then
  // user@UID.service).
  [[nodiscard]] Status enable_linger(const User& user, Milliseconds timeout);

  // Whether the iptables rules that are loaded now would let this connection in. The kernel is asked: it
  // makes a network namespace with a copy of the rules, less the jumps from INPUT to `without_chain`, and
  // sends the connection's first packet there. No change of the machine. An Error means that it can't be
  // told.
  [[nodiscard]] virtual Result<bool> probe_firewall(const NewConnection& connection,
                                                    const std::string& without_chain) = 0;

  // `bytes` bytes of the kernel's randomness (getrandom(2)), in hex.
  [[nodiscard]] virtual Result<std::string> random_hex(std::size_t bytes) = 0;

  // The run's deadline (Probe::deadline()) is this far away at least from now on.
  virtual void allow_at_least(Milliseconds) {}

  // One line for whoever watches ("downloading node 12/28 MB"). Not a change.
  virtual void progress(std::string_view line) = 0;

 protected:
  // Called before each change. An error stops the change: tests use that to fail or kill at the n-th.
  [[nodiscard]] virtual Status before(std::string_view change, std::string_view what) = 0;

  virtual Status do_write_file(const Path& path, std::string_view content, const FileMode& mode) = 0;
  virtual Status do_write_secret_file(const Path& path, std::string_view content, const FileMode& mode) = 0;
  virtual Status do_make_directory(const Path& path, const FileMode& mode) = 0;
  virtual Status do_set_mode(const Path& path, const FileMode& mode) = 0;
  virtual Status do_make_symlink(const std::string& target, const Path& path) = 0;
  virtual Status do_rename(const std::string& from, const std::string& to) = 0;
  virtual Status do_remove(const Path& path) = 0;
  virtual Status do_remove_tree(const std::string& directory) = 0;
  virtual Status do_give_to_root(const std::string& directory) = 0;
  virtual Status do_wipe_file(const Path& path) = 0;
  virtual Status do_overwrite_secrets(const std::string& path) = 0;
  virtual Status do_sync() = 0;
  virtual Result<FreeSpace> do_trim() = 0;
  virtual Result<Completed> do_run(const Command& command) = 0;
  virtual Result<Fetched> do_fetch(const Fetch& fetch) = 0;
  virtual Status do_unpack(const Fetched& archive, const std::string& directory,
                           const UnpackLimits& limits) = 0;
  enum class Job { start, restart, stop };
  virtual Status do_job(Job job, const Scope& scope, const std::string& unit, Milliseconds timeout) = 0;
  virtual Status do_enable_unit(const Scope& scope, const std::string& unit) = 0;
  virtual Status do_reset_failed(const Scope& scope, const std::string& unit) = 0;
  virtual Status do_reload_manager(const Scope& scope) = 0;
  virtual Status do_enable_linger(const User& user, Milliseconds timeout) = 0;
};

}  // namespace agent
