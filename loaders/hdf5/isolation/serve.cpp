#include "loaders/hdf5/isolation/serve.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <unistd.h>
#include <vector>

#include "loaders/hdf5/hdf5_local.h"
#include "loaders/hdf5/isolation/limits.h"
#include "loaders/hdf5/isolation/message.h"
#include "loaders/hdf5/isolation/window.h"

namespace dpac {
namespace {

/// Thrown where the process is not needed any more.
struct Alone {};

class Server {
 public:
  Server(Descriptor channel, Descriptor window) : channel_(std::move(channel)), window_(std::move(window)) {}

  void run() {
    for (;;) {
      Unpacker request(next_request());
      try {
        limits_.allow(file_bytes_, 0);
        answer(static_cast<Request>(request.number()), request);
      } catch (const std::bad_alloc&) {
        send(with(Answer::no_memory));
      } catch (const std::exception& error) {
        Packer reply = with(Answer::error);
        reply.put(std::string_view(error.what()));
        send(reply);
      }
    }
  }

 private:
  static Packer with(Answer answer) {
    Packer reply;
    reply.put(static_cast<uint64_t>(answer));
    return reply;
  }

  std::string next_request() {
    auto message = channel_.receive();
    if (!message) throw Alone{};
    return std::move(*message);
  }

  void send(const Packer& reply) {
    if (!channel_.send(reply.message())) throw Alone{};
  }

  template <class T>
  void reply(const T& result) {
    Packer reply = with(Answer::result);
    reply.put(result);
    send(reply);
  }

  void reply_flag(bool flag) { reply(uint64_t{flag}); }

  void answer(Request kind, Unpacker& request) {
    switch (kind) {
      case Request::open:
        return open(request);
      case Request::open_image:
        return open_image(request);
      case Request::datasets:
        return reply(file_->datasets(request.text()));
      case Request::groups:
        return reply(file_->groups(request.text()));
      case Request::has_group:
        return reply_flag(file_->has_group(request.text()));
      case Request::has_dataset:
        return reply_flag(file_->has_dataset(request.text()));
      case Request::dataset:
        return open_dataset(request.text());
      case Request::close:
        arrays_.erase(request.number());
        return;
      case Request::read:
        return read(request);
      case Request::taken:
        return;  // Of a read that ended in an error.
      default:
        return answer_attribute(kind, request);
    }
  }

  void answer_attribute(Request kind, Unpacker& request) {
    const std::string object = request.text(), name = request.text();
    if (kind == Request::has_attribute) return reply_flag(file_->has_attribute(object, name));
    if (kind == Request::strings) return reply(file_->strings_attribute(object, name));
    return reply(file_->numbers_attribute(object, name));
  }

  void open(Unpacker& request) {
    const std::filesystem::path path = request.text();
    std::error_code none;
    const auto size = std::filesystem::file_size(path, none);
    file_bytes_ = none ? 0 : static_cast<int64_t>(size);
    limits_.allow(file_bytes_, 0);
    file_ = std::make_unique<LocalHdf5File>(path, request.text());
    reply_flag(true);
  }

  void open_image(Unpacker& request) {
    const std::string image = request.text();
    file_bytes_ = static_cast<int64_t>(image.size());
    limits_.allow(file_bytes_, 0);
    file_ = std::make_unique<LocalHdf5File>(std::as_bytes(std::span(image)), request.text());
    reply_flag(true);
  }

  void open_dataset(const std::string& path) {
    auto array = file_->dataset(path);
    const ArrayInfo& info = array->info();
    Packer reply = with(Answer::result);
    reply.put(++last_array_);
    reply.put(info.shape);
    reply.put(static_cast<uint64_t>(info.kind));
    reply.put(uint64_t{info.element_bytes});
    reply.put(static_cast<uint64_t>(info.stored_bytes));
    reply.put(uint64_t{info.is_signed});
    reply.put(uint64_t{info.filtered});
    arrays_[last_array_] = std::move(array);
    send(reply);
  }

  void read(Unpacker& request) {
    const Hdf5Array& array = *arrays_.at(request.number());
    const auto numbers = static_cast<Numbers>(request.number());
    const auto begin = static_cast<int64_t>(request.number()), end = static_cast<int64_t>(request.number());
    const ArrayInfo& info = array.info();
    const auto size = static_cast<std::size_t>(info.row_elements()) * size_of(numbers);
    const auto largest = static_cast<int64_t>(std::max(size_of(numbers), info.element_bytes));
    limits_.allow(file_bytes_, element_count(info.shape) * largest);
    sent_ = taken_ = 0;
    if (info.filtered || size > window_.pane_bytes()) {
      std::vector<std::byte> values(size * static_cast<std::size_t>(end - begin));
      array.read(numbers, begin, end, values.data());
      send_copy(values);
    } else {
      send_rows(array, numbers, begin, end, size);
    }
    while (taken_ < sent_) wait_until_taken();
  }

  /// Read right into the window.
  void send_rows(const Hdf5Array& array, Numbers numbers, int64_t begin, int64_t end, std::size_t row_bytes) {
    const auto most = static_cast<int64_t>(window_.pane_bytes() / row_bytes);
    for (int64_t row = begin; row < end; row += most) {
      const int64_t next = std::min(end, row + most);
      array.read(numbers, row, next, free_pane());
      send_piece(static_cast<std::size_t>(next - row) * row_bytes);
    }
  }

  /// By way of memory of this process's own.
  void send_copy(std::span<const std::byte> values) {
    while (!values.empty()) {
      const std::size_t size = std::min(values.size(), window_.pane_bytes());
      std::memcpy(free_pane(), values.data(), size);
      send_piece(size);
      values = values.subspan(size);
    }
  }

  std::byte* free_pane() {
    constexpr std::size_t kPanes = 2;
    while (sent_ - taken_ >= kPanes) wait_until_taken();
    return window_.pane(sent_);
  }

  void send_piece(std::size_t bytes) {
    ++sent_;
    reply(uint64_t{bytes});
  }

  void wait_until_taken() {
    next_request();
    ++taken_;
  }

  Channel channel_;
  Window window_;
  WorkLimits limits_;
  int64_t file_bytes_ = 0;
  std::unique_ptr<LocalHdf5File> file_;
  std::map<uint64_t, std::unique_ptr<Hdf5Array>> arrays_;
  uint64_t last_array_ = 0;
  std::size_t sent_ = 0, taken_ = 0;  // Pieces of what is being read.
};

}  // namespace

void serve_hdf5(Descriptor channel, Descriptor window) {
  constexpr int kFailed = 1;
  try {
    Server(std::move(channel), std::move(window)).run();
  } catch (const Alone&) {
    _exit(0);
  } catch (...) {
    _exit(kFailed);
  }
  _exit(kFailed);
}

}  // namespace dpac
