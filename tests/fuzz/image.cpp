// JPEG, PNG, WebP and TIFF files, decoded, resized and cropped.
#include "loaders/pixels/decode_image.h"
#include "loaders/pixels/preprocess.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  dpac::fuzz::check([&] {
    const dpac::Image image = dpac::decode_image({data, size}, "image");
    if (image.pixels.size() > 1 << 20)
      return;  // What follows is plain arithmetic, and slow under sanitizers.
    (void)dpac::resize_and_crop(image, dpac::preset("torchvision", true));
  });
  return 0;
}
