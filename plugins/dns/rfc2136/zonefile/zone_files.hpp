// SPDX-License-Identifier: Apache-2.0
// A file for each zone, in one folder, that the operator's zone file includes. Their names come
// from the configuration, never from a domain. What the zone says is asked of its name server.
#pragma once

#include "fragment.hpp"
#include "updater.hpp"

#include <filesystem>
#include <mutex>

namespace waypost::zonefile {

/// Thread-safe; blocks.
class zone_files {
public:
    /// `reader` has no key; its zones are those with a file.
    zone_files(dns::settings reader, std::filesystem::path folder);

    /// One of the zones with a file, and none below one.
    result<std::string> zone_of(std::string_view name) const;
    result<void> apply(std::string_view zone, const std::vector<dns::change>& changes);
    result<std::vector<dns::record>> read(std::string_view owner, std::string_view type) const;
    /// Makes the files that are not there, so that a zone can include them.
    result<void> make_files();

private:
    std::filesystem::path file_of(const std::string& zone) const;

    std::vector<std::string> zones_;
    dns::updater reader_;
    std::filesystem::path folder_;
    std::mutex mutex_; ///< the files
};

} // namespace waypost::zonefile
