// SPDX-License-Identifier: Apache-2.0
// First phase: from text to settings; second phase: a plugin's section against its declared keys.
#include "config/settings.hpp"

#include "config/nearest.hpp"
#include "config/rules.hpp"
#include "config/schema.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace waypost::kernel::config {

/// Fills one settings object (single thread).
class loader {
public:
    loader(const std::filesystem::path& file, std::vector<problem>& problems)
        : problems_(problems) {
        all_.file_ = file.string();
        all_.folder_ = std::filesystem::absolute(file).parent_path();
    }

    settings take(const node& root) {
        unknown_sections(root);
        find_state(root);
        for (const auto& schema : kernel_sections())
            kernel_section(root, schema);
        name_host();
        if (const auto* found = root.find("plugins"); is_table(found, "plugins"))
            for (const auto& one : found->value.members)
                plugin_section(one);
        std::stable_sort(all_.plugins_.begin(), all_.plugins_.end(),
                         [](const auto& left, const auto& right) { return left.at < right.at; });
        check_rules(all_, problems_);
        return std::move(all_);
    }

private:
    void complain(position at, std::string key, std::string text) {
        problems_.push_back({all_.file_, at, std::move(key), std::move(text)});
    }
    bool is_table(const member* found, std::string key) {
        if (found == nullptr)
            return false;
        if (found->value.kind == node_kind::table)
            return true;
        complain(found->at, key,
                 fmt::format("expected a section [{}], found {}", key, kind_name(found->value)));
        return false;
    }
    void unknown_sections(const node& root);
    void find_state(const node& root);
    void kernel_section(const node& root, const section_schema& schema);
    void name_host();
    void plugin_section(const member& one);

    std::vector<problem>& problems_;
    settings all_;
};

void loader::unknown_sections(const node& root) {
    std::vector<std::string> names{"plugins"};
    for (const auto& schema : kernel_sections())
        names.emplace_back(schema.name);
    for (const auto& one : root.members) {
        if (std::find(names.begin(), names.end(), one.name) != names.end())
            continue;
        const auto near = nearest(one.name, names);
        complain(one.at, one.name,
                 near.empty()
                     ? fmt::format("there is no such section; a plugin's section is [plugins.{}]",
                                   one.name)
                     : fmt::format("there is no such section; did you mean '{}'?", near));
    }
}

/// Before anything else: all relative paths start at the state folder.
void loader::find_state(const node& root) {
    std::string text = "/var/lib/waypost";
    if (const auto* site = root.find("site"); site != nullptr)
        if (const auto* state = site->value.find("state");
            state != nullptr && !state->value.text.empty())
            text = state->value.text;
    all_.state_ = (all_.folder_ / text).lexically_normal();
}

void loader::kernel_section(const node& root, const section_schema& schema) {
    const auto* found = root.find(schema.name);
    const bool usable = is_table(found, schema.name);
    const check_target target{all_.file_, schema.name, usable ? found->at : position{}, all_.state_,
                              nullptr};
    all_.sections_[schema.name] =
        check_section(usable ? &found->value : nullptr, schema.keys, target, {}, problems_);
}

/// site.hostname as it is from here on: the operator's, or the machine's.
void loader::name_host() {
    auto& site = all_.sections_["site"];
    if (site == nullptr || !site->text("hostname").empty())
        return;
    char name[256] = {};
    auto named = std::make_shared<wp_config>(*site);
    named->values["hostname"].text = ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
    site = std::move(named);
}

void loader::plugin_section(const member& one) {
    const auto key = "plugins." + one.name;
    if (!is_table(&one, key))
        return;
    std::vector<wp_config_key> known(common_plugin_keys().begin(), common_plugin_keys().end());
    // Only the common keys are looked at here: whatever else the section has is valid for now.
    std::vector<wp_config_key> others;
    for (const auto& entry : one.value.members)
        others.push_back({entry.name.c_str(), WP_CONFIG_TEXT, 0, nullptr, "", 0, -1});
    const check_target target{all_.file_, key, one.at, all_.state_, nullptr};
    const auto values = check_section(&one.value, known, target, others, problems_);
    plugin_entry entry{one.name,
                       std::string(values->text("plugin")),
                       values->boolean("enabled"),
                       values->boolean("required"),
                       one.at,
                       one.value};
    if (entry.plugin.empty())
        entry.plugin = one.name;
    if (one.name.empty() || one.name.find_first_of("/\n\t ") != std::string::npos)
        complain(one.at, key,
                 "the name of an instance has no '/' and no spaces; use letters, digits and '-'");
    all_.plugins_.push_back(std::move(entry));
}

const wp_config& settings::section(std::string_view name) const {
    static const wp_config none;
    const auto found = sections_.find(name);
    return found == sections_.end() ? none : *found->second;
}

const plugin_entry* settings::plugin(std::string_view name) const {
    for (const auto& one : plugins_)
        if (one.name == name)
            return &one;
    return nullptr;
}

plugin_values settings::check_plugin(const plugin_entry& entry, key_span declared) const {
    plugin_values out;
    const check_target target{file_, "plugins." + entry.name, entry.at, state_, &sections_};
    out.values =
        check_section(&entry.section, declared, target, common_plugin_keys(), out.problems);
    if (!out.problems.empty())
        out.values.reset();
    return out;
}

std::vector<std::filesystem::path> settings::plugin_path() const {
    std::vector<std::filesystem::path> folders;
    for (const auto& one : site().list("plugin_path"))
        folders.push_back((folder_ / one).lexically_normal());
    return folders;
}

std::string settings::hostname() const {
    return std::string(site().text("hostname"));
}

std::string settings::default_domain() const {
    const auto name = site().text("default_domain");
    return name.empty() ? hostname() : std::string(name);
}

loaded load_text(std::string_view text, const std::filesystem::path& file) {
    loaded out;
    auto parsed = parse_toml(text, file.string());
    out.problems = std::move(parsed.problems);
    if (!out.problems.empty())
        return out;
    auto made = loader(file, out.problems).take(parsed.root);
    if (out.problems.empty())
        out.value = std::make_shared<const settings>(std::move(made));
    return out;
}

loaded load_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(largest_file + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file)) {
        const auto* const why =
            std::filesystem::is_directory(file) ? "it is a folder" : std::strerror(errno);
        return {nullptr,
                {{file.string(),
                  {},
                  {},
                  fmt::format("cannot be read: {}; name the file with -c", why)}}};
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return load_text(text, file);
}

} // namespace waypost::kernel::config
