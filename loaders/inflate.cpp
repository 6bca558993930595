#include "loaders/inflate.h"

#include <algorithm>

#include <fmt/format.h>
#include <zlib.h>

#include "kernels/error.h"
#include "loaders/read_file.h"

namespace dpac {
namespace {

constexpr std::size_t kFirstBytes = 64 << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater(std::span<const uint8_t> compressed, const std::string& name) : name_(name) {
    stream_.next_in = const_cast<Bytef*>(compressed.data());  // zlib reads it only.
    stream_.avail_in = static_cast<uInt>(compressed.size());
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw Error(fmt::format("{}: zlib cannot start", name_));
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  [[nodiscard]] bool ended() const { return ended_; }

  /// Fills `to` as far as the input reaches; returns how far.
  std::size_t fill(std::span<uint8_t> to) {
    stream_.next_out = to.data();
    stream_.avail_out = static_cast<uInt>(to.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    ended_ = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_BUF_ERROR && !ended_) {
      throw Error(
          fmt::format("{}: damaged gzip data: {}", name_, stream_.msg != nullptr ? stream_.msg : "unknown"));
    }
    return to.size() - stream_.avail_out;
  }

 private:
  const std::string& name_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

bool is_gzip_start(std::span<const uint8_t> start) {
  return start.size() >= 2 && start[0] == 0x1F && start[1] == 0x8B;
}

std::vector<uint8_t> inflate_gzip(std::span<const uint8_t> compressed, const std::string& name) {
  constexpr auto kMost = static_cast<std::size_t>(kMaxFileBytes);
  Inflater inflater(compressed, name);
  std::vector<uint8_t> out;
  while (!inflater.ended()) {
    const std::size_t filled = out.size();
    if (filled == kMost)
      throw Error(fmt::format("{}: inflates to more than the {} bytes allowed", name, kMost));
    out.resize(std::min(kMost, std::max(2 * filled, kFirstBytes)));
    const std::size_t room = out.size() - filled;
    const std::size_t added = inflater.fill(std::span(out).subspan(filled));
    out.resize(filled + added);
    if (added < room && !inflater.ended()) throw Error(fmt::format("{}: the gzip data is truncated", name));
  }
  return out;
}

std::vector<uint8_t> inflate_gzip_start(std::span<const uint8_t> compressed, std::size_t count,
                                        const std::string& name) {
  std::vector<uint8_t> out(count);
  out.resize(Inflater(compressed, name).fill(out));
  return out;
}

}  // namespace dpac
