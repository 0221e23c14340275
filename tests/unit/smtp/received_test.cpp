// SPDX-License-Identifier: Apache-2.0
#include "received.hpp"

#include <gtest/gtest.h>

namespace waypost::smtp {
namespace {

TEST(received, says_who_what_how_and_when) {
    trace of;
    of.client_name = "client.test";
    of.hostname = "mx.test";
    of.with = "ESMTPS";
    of.tls_version = "TLSv1.3";
    of.tls_cipher = "TLS_AES_256_GCM_SHA384";
    of.id = "7.1";
    of.for_address = "a@b";
    of.now = 1700000000;
    EXPECT_EQ(received_header(of), "Received: from client.test\r\n"
                                   "\t(using TLSv1.3 with TLS_AES_256_GCM_SHA384)\r\n"
                                   "\tby mx.test with ESMTPS id 7.1\r\n"
                                   "\tfor <a@b>; Tue, 14 Nov 2023 22:13:20 +0000\r\n");
}

TEST(received, with_words_are_the_registered_ones) {
    EXPECT_EQ(with_word(false, false, false, false, false), "SMTP");
    EXPECT_EQ(with_word(false, true, false, false, false), "ESMTP");
    EXPECT_EQ(with_word(false, true, true, true, false), "ESMTPSA");
    EXPECT_EQ(with_word(true, true, true, false, false), "LMTPS");
    EXPECT_EQ(with_word(false, true, true, false, true), "UTF8SMTPS");
    EXPECT_EQ(with_word(true, true, false, true, true), "UTF8LMTPA");
}

} // namespace
} // namespace waypost::smtp
