// SPDX-License-Identifier: Apache-2.0
// The parts of Boost.Asio that sdk/net stands on. Only files in sdk/net/src include it: plugins see
// no Asio, so that its templates are compiled once and its symbols stay inside this library.
#pragma once

#if defined(__GNUC__)
#pragma GCC system_header
#endif

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace waypost::net {

namespace asio = boost::asio;
using boost::system::error_code;

/// A descriptor bound to a concrete io_context: no type-erased executor, 32 bytes smaller.
using descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

} // namespace waypost::net
