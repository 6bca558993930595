#include "loaders/images/file_dataset.h"

#include "loaders/pixels/decode_image.h"
#include "loaders/read_file.h"

namespace dpac {

Image FileDataset::load(int64_t index) const {
  const std::filesystem::path& path = file(index).path;
  return decode_image(read_file(path), path.string());
}

}  // namespace dpac
