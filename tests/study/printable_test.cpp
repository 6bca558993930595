#include "study/support/printable.h"

#include <doctest/doctest.h>

using dpac::printable;

TEST_CASE("control characters and bytes that are no UTF-8 are shown as numbers") {
  CHECK(printable("layer1.0/conv ä 中") == "layer1.0/conv ä 中");
  CHECK(printable("a\x1b[2J\n\x7f") == "a\\x1b[2J\\x0a\\x7f");
  CHECK(printable("re\xffs") == "re\\xffs");
  CHECK(printable("cut \xe4\xb8") == "cut \\xe4\\xb8");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // C1: a terminal's command.
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");  // Longer than it has to be.
  CHECK(printable("").empty());
}
