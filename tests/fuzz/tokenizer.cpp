// Hugging Face's tokenizer.json.
#include "loaders/text/tokenizer_files.h"
#include "loaders/text/wordpiece.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("tokenizer.json", {data, size});
  dpac::fuzz::check(
      [&] { (void)dpac::wordpiece_ids("a b\xC3\xA9 [CLS] unaffable,", dpac::open_tokenizer(file)); });
  return 0;
}
