// SPDX-License-Identifier: Apache-2.0
// The records of all domains, on disk in one LMDB table. A put that returned survives a power cut.
#pragma once

#include "provisioning/record.hpp"

#include <lmdb.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace waypost::kernel::provisioning {

/// Thread-safe.
class journal {
public:
    static result<std::unique_ptr<journal>> open(const std::filesystem::path& folder);
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    result<std::optional<domain_record>> get(const std::string& domain) const;
    result<void> put(const domain_record& one);
    result<void> erase(const std::string& domain);
    /// In name order, a copy: the visitor may write.
    result<std::vector<domain_record>> all() const;

private:
    journal() = default;
    result<void> write(const std::string& domain, const std::string* text);

    MDB_env* env_ = nullptr;
    MDB_dbi table_ = 0;
};

} // namespace waypost::kernel::provisioning
