// SPDX-License-Identifier: Apache-2.0
#include "password.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

TEST(password, verifies_each_scheme) {
    const std::string_view table[] = {
        "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=",
        "{SHA512}"
        "vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/isg==",
        "{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0",
        "{SSHA256}+E+iFJ27Yu1ODPH1UNKUmzOmUT06dwfghQJRHHnMsO5zYWx0",
    };
    for (const auto stored : table) {
        EXPECT_EQ(verify_password(stored, "secret", false), WP_OK) << stored;
        EXPECT_EQ(verify_password(stored, "other", true), WP_DENIED) << stored;
    }
}

TEST(password, hashes_and_verifies_again) {
    for (const auto method : {hash_method::crypt, hash_method::ssha512}) {
        const auto stored = hash_password("s3cret \xC3\xA4", {method, 1});
        ASSERT_TRUE(stored) << stored.failure().text;
        EXPECT_TRUE(is_hashed(*stored));
        EXPECT_EQ(verify_password(*stored, "s3cret \xC3\xA4", false), WP_OK);
        EXPECT_EQ(verify_password(*stored, "s3cret", false), WP_DENIED);
        EXPECT_EQ(*hash_password(*stored, {method, 1}), *stored);
        EXPECT_NE(*hash_password("s3cret", {method, 1}), *hash_password("s3cret", {method, 1}));
    }
    EXPECT_TRUE(hash_password("x", {hash_method::crypt, 1})->starts_with("{CRYPT}$y$"));
    EXPECT_FALSE(hash_password("x", {hash_method::crypt, 99}));
}

TEST(password, takes_the_methods_of_crypt) {
    const std::string_view table[] = {
        "{CRYPT}$1$saltsalt$9xy1btjgzLYfb7hivXtC//",
        "{CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "{crypt}$6$saltsalt$"
        "TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1",
        "{CRYPT}$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        "{CRYPT}$y$j75$saltsaltsalt$jyf/lxrpdyAIshWRo1x5DRC6KIE7sNRRtjcomR3PgHA",
        "{CRYPT}$7$CU..../....saltsaltsalt$DRp9S/OXVeZy1D0mi6uFNr0b65vIk8qcPMxsudE40T3",
        "{CRYPT}saHW9GdxihkGQ",
        "{CRYPT}_J9..saltLXKE4peqNCg",
    };
    for (const auto stored : table) {
        EXPECT_EQ(verify_password(stored, "secret", false), WP_OK) << stored;
        EXPECT_EQ(verify_password(stored, "other", true), WP_DENIED) << stored;
    }
    for (const std::string_view broken : {"{CRYPT}", "{CRYPT}*", "{CRYPT}!", "{CRYPT}$y$",
                                          "{CRYPT}x", "{SSHA}", "{SSHA}AAAA", "{SHA}!!"})
        EXPECT_EQ(verify_password(broken, "secret", true), WP_DENIED) << broken;
}

TEST(password, takes_clear_text_only_where_allowed) {
    for (const std::string_view stored : {"{PLAIN}secret", "secret", "{cleartext}secret"}) {
        EXPECT_EQ(verify_password(stored, "secret", true), WP_OK) << stored;
        EXPECT_EQ(verify_password(stored, "secret", false), WP_UNSUPPORTED) << stored;
        EXPECT_EQ(verify_password(stored, "other", true), WP_DENIED) << stored;
    }
    EXPECT_EQ(verify_password("{PLAIN}", "", true), WP_DENIED);
    EXPECT_TRUE(
        hash_password("{PLAIN}secret", {hash_method::ssha512, 0})->starts_with("{SSHA512}"));
    EXPECT_FALSE(hash_password("", {}));
    EXPECT_FALSE(hash_password(std::string(600, 'x'), {}));
}

} // namespace
