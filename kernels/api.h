/// @file
/// What the shared library exports; all else in it is hidden.
#pragma once

/// Of a function, or of a class that has functions or is thrown, in a public header.
#define DPAC_API [[gnu::visibility("default")]]
