// SPDX-License-Identifier: Apache-2.0
// An HTTP server on loopback or a unix socket that answers exactly what a test says, right or wrong.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace agent::test {

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the client has gone: some tests want that
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Sends nothing more until the client gives up.
  void stall() const {
    std::array<char, 64> ignored{};
    pollfd gone{fd_, POLLIN, 0};
    while (::poll(&gone, 1, 30'000) > 0 && ::recv(fd_, ignored.data(), ignored.size(), 0) > 0) {
    }
  }

 private:
  int fd_;
};

inline std::string ok(std::string_view body, std::string_view extra = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
         std::string(extra) + "\r\n" + std::string(body);
}
inline std::string status(int code, std::string_view extra = "") {
  return "HTTP/1.1 " + std::to_string(code) + " Said So\r\nContent-Length: 5\r\nConnection: close\r\n" +
         std::string(extra) + "\r\nsorry";
}
inline std::string part(std::string_view whole, std::size_t from) {
  return "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes " + std::to_string(from) +
         "-" + std::to_string(whole.size() - 1) + "/" + std::to_string(whole.size()) +
         "\r\nContent-Length: " + std::to_string(whole.size() - from) + "\r\n\r\n" +
         std::string(whole.substr(from));
}

class HttpServer {
 public:
  // Answers the n-th request (from 0), whose head is given; the connection is closed when it returns.
  using Answer = std::function<void(const Connection&, int, const std::string&)>;

  explicit HttpServer(Answer answer, const std::string& unix_path = "") : answer_(std::move(answer)) {
    if (unix_path.empty()) {
      listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      bound_ = ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0;
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
      port_ = ntohs(address.sin_port);
    } else {
      listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::memcpy(address.sun_path, unix_path.data(), unix_path.size());
      bound_ = ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ::listen(listener_.get(), 8);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);  // ends accept(2)
    thread_.join();
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] bool bound() const { return bound_; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  // The heads of the requests so far.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (int n = 0;; ++n) {
      const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      std::string head;
      std::array<char, 4096> buffer{};
      while (head.find("\r\n\r\n") == std::string::npos) {
        const auto got = ::recv(client.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0) break;
        head.append(buffer.data(), static_cast<std::size_t>(got));
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(head);
      }
      answer_(Connection(client.get()), n, head);
    }
  }

  Answer answer_;
  UniqueFd listener_;
  bool bound_ = false;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace agent::test
