#include "study/support/atomic_file.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/output_path.h"

namespace dpac {

AtomicFile::AtomicFile(const std::filesystem::path& target) : target_(output_path(target)) {
  if (!is_special_file(target_)) temporary_.emplace(target_);
  stream_.open(temporary_ ? temporary_->path() : target_, std::ios::binary);
  if (!stream_) throw Error(fmt::format("{}: cannot be written; may you write there?", target_.string()));
}

void AtomicFile::write(std::string_view text) {
  stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void AtomicFile::commit() {
  stream_.close();
  if (!stream_)
    throw Error(fmt::format("{}: could not be written completely; is the disk full?", target_.string()));
  if (temporary_) temporary_->commit();
}

void write_text_file(const std::filesystem::path& file, std::string_view text) {
  AtomicFile atomic(file);
  atomic.write(text);
  atomic.commit();
}

void check_writable(const std::filesystem::path& file) {
  // Opening a pipe would wait for its reader, and closing it would be the end of file for him.
  if (!is_special_file(file)) const AtomicFile created_and_removed(file);
}

}  // namespace dpac
