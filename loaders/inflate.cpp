#include "loaders/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include "kernels/error.h"
#include "loaders/stored_bytes.h"

namespace dpac {
namespace {

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

std::vector<uint8_t> inflate_gzip(std::span<const uint8_t> compressed, int64_t size,
                                  const std::string& name) {
  if (const auto most = most_unpacked_bytes(static_cast<int64_t>(compressed.size())); size > most) {
    throw Error(
        fmt::format("{}: declares {} bytes, more than the {} that are unpacked from a file of {}; unpack "
                    "it with gunzip",
                    name, size, most, compressed.size()));
  }
  Inflater inflater(compressed, name);
  std::vector<uint8_t> out(static_cast<std::size_t>(size));
  const std::size_t filled = inflater.fill(out);
  uint8_t beyond = 0;  // The end, with its checksum, is seen where more is asked for.
  const std::size_t more = inflater.ended() ? 0 : inflater.fill({&beyond, 1});
  if (more > 0) throw Error(fmt::format("{}: inflates to more than the {} bytes it declares", name, size));
  if (!inflater.ended()) throw Error(fmt::format("{}: the gzip data is truncated", name));
  if (filled < out.size()) {
    throw Error(fmt::format("{}: the header declares {} bytes, found {}", name, size, filled));
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
