// SPDX-License-Identifier: Apache-2.0
// The one translation unit that compiles Asio's own sources (BOOST_ASIO_SEPARATE_COMPILATION).
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

#include <boost/asio/impl/src.hpp>
