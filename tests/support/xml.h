/// @file
/// Just enough of XML to tell a well-formed picture from a broken one.
#pragma once

#include <string>

namespace dpac::test {

/// What is wrong with an XML document, or nothing: tags that do not match, attributes without quotes or given
/// twice, a bare < or & or ]]>, a control character.
std::string xml_fault(const std::string& document);

}  // namespace dpac::test
