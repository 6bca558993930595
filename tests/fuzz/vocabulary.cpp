// A vocab.txt, and a text in its tokens; both are the input, parted by its first zero.
#include <algorithm>

#include "loaders/text/tokenizer_files.h"
#include "loaders/text/wordpiece.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const uint8_t* const end = std::find(data, data + size, uint8_t{0});
  const auto file = dpac::fuzz::folder().write("vocab.txt", {data, end});
  dpac::fuzz::check([&] {
    const auto tokenizer = dpac::open_tokenizer(file);
    const std::string_view text(reinterpret_cast<const char*>(end),
                                static_cast<std::size_t>(data + size - end));
    (void)dpac::wordpiece_ids(text, tokenizer);
  });
  return 0;
}
