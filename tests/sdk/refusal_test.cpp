// SPDX-License-Identifier: Apache-2.0
// Each way of being no usable plugin is refused at its stage, in words that help, before any of its
// code runs (R1.3).
#include "fixtures.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

namespace waypost::kernel::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class refusal : public plugin_folder {
protected:
    void expect(const std::filesystem::path& path, load_stage stage,
                const testing::Matcher<std::string>& text) {
        const auto outcome = load_plugin(path, services_);
        ASSERT_FALSE(outcome) << path;
        EXPECT_EQ(stage_name(outcome.failure.stage), stage_name(stage));
        EXPECT_EQ(outcome.failure.path, path.string());
        EXPECT_THAT(outcome.failure.text, text);
        EXPECT_FALSE(code_ran()) << path;
    }
};

TEST_F(refusal, of_another_abi_says_both_versions_and_what_to_install) {
    expect(copy("wrong_major"), load_stage::abi,
           "org.waypost.test.fixture is built for plugin ABI 2.0, this kernel speaks 1.0; install "
           "a newer Waypost or "
           "an older release of the plugin");
}

TEST_F(refusal, of_a_file_without_a_note) {
    expect(copy("no_note"), load_stage::note,
           HasSubstr("it has no Waypost note, so it is no plugin"));
}

TEST_F(refusal, of_a_note_that_disagrees_with_the_descriptor) {
    expect(copy("disagrees"), load_stage::descriptor,
           HasSubstr("its note says org.waypost.test.fixture for ABI 1.0, its descriptor "
                     "org.waypost.test.other"));
}

TEST_F(refusal, of_a_short_descriptor) {
    expect(copy("short_struct"), load_stage::descriptor,
           HasSubstr("its descriptor has 64 octets, ABI 1.0 has 144"));
}

TEST_F(refusal, of_a_missing_service_names_it_and_what_there_is) {
    expect(copy("missing_need"), load_stage::needs,
           AllOf(HasSubstr("needs wp.host.telepathy/1, this kernel offers wp.host.config/1, "),
                 HasSubstr("wp.host.log/1")));
}

TEST_F(refusal, of_more_exports_than_one) {
    expect(copy("leaky"), load_stage::symbols, HasSubstr("leaked_symbol among them"));
}

TEST_F(refusal, of_no_exported_descriptor) {
    expect(copy("no_symbol"), load_stage::symbols,
           HasSubstr("it does not export waypost_plugin_v1"));
}

TEST_F(refusal, of_a_boost_library) {
    expect(copy("needs_boost"), load_stage::symbols, HasSubstr("it needs libboost_stub.so"));
}

TEST_F(refusal, of_an_unresolved_symbol_names_it) {
    expect(copy("undefined"), load_stage::library,
           AllOf(HasSubstr("nowhere_to_be_found"), testing::Not(HasSubstr("/proc/self"))));
}

TEST_F(refusal, of_a_truncated_file_at_any_length) {
    const auto whole = read(copy("minimal"));
    for (std::size_t size = 5; size < whole.size(); size += 97)
        expect(write("cut.so", std::string_view(whole).substr(0, size)), load_stage::format,
               HasSubstr("it is cut off"));
}

TEST_F(refusal, of_what_is_no_elf_file) {
    for (const std::string_view bytes : {"", "\x7f", "#!/bin/sh\nexit 0\n",
                                         "\x7f"
                                         "ELG"})
        expect(write("text.so", bytes), load_stage::format,
               HasSubstr("it is not an ELF file; install"));
}

TEST_F(refusal, of_a_program_and_of_another_processor) {
    auto bytes = read(copy("minimal"));
    bytes[18] = '\x03';
    expect(write("i386.so", bytes), load_stage::format, HasSubstr("another processor"));
    bytes[18] = '\x3e';
    bytes[16] = '\x02';
    expect(write("program.so", bytes), load_stage::format, HasSubstr("not a shared object"));
}

TEST_F(refusal, of_a_file_that_others_may_write) {
    const auto path = copy("minimal");
    std::filesystem::permissions(path, std::filesystem::perms(0775));
    expect(path, load_stage::file,
           AllOf(HasSubstr("writable for others (mode 0775)"), HasSubstr("chmod go-w")));
    std::filesystem::permissions(path, std::filesystem::perms(0755));
    std::filesystem::permissions(folder_, std::filesystem::perms(0777));
    expect(path, load_stage::file, HasSubstr("the folder"));
}

TEST_F(refusal, of_another_owner) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give a file away";
    const auto path = copy("minimal");
    ASSERT_EQ(::chown(path.c_str(), 12345, 0), 0);
    expect(path, load_stage::file,
           AllOf(HasSubstr("belongs to user 12345"), HasSubstr("chown root")));
    ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(folder_.c_str(), 12345, 0), 0);
    expect(path, load_stage::file, HasSubstr("the folder"));
}

TEST_F(refusal, of_a_link_in_a_folder_that_others_may_write) {
    const auto path = copy("minimal");
    const auto open = folder_ / "open";
    std::filesystem::create_directory(open);
    std::filesystem::create_symlink(path, open / "link.so");
    std::filesystem::permissions(open, std::filesystem::perms(0777));
    expect(open / "link.so", load_stage::file, HasSubstr("the folder"));
    std::filesystem::permissions(open, std::filesystem::perms(0755));
    EXPECT_TRUE(load_plugin(open / "link.so", services_));
}

TEST_F(refusal, of_what_is_not_there_or_no_file) {
    expect(folder_ / "nothing.so", load_stage::file, HasSubstr("No such file"));
    std::filesystem::create_directory(folder_ / "dir.so");
    expect(folder_ / "dir.so", load_stage::file, HasSubstr("not a regular file"));
}

TEST_F(refusal, is_not_what_a_good_plugin_gets_whose_code_then_runs) {
    EXPECT_TRUE(load_plugin(copy("minimal"), services_));
    EXPECT_TRUE(code_ran());
}

TEST_F(refusal, of_an_incomplete_descriptor) {
    const auto outcome = load_plugin(copy("incomplete"), services_);
    EXPECT_EQ(outcome.failure.stage, load_stage::descriptor);
    EXPECT_THAT(describe(outcome.failure),
                HasSubstr("incomplete.so: refused (descriptor): its descriptor leaves"));
}

} // namespace
} // namespace waypost::kernel::host
