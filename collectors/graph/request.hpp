#pragma once

#include <string>
#include <utility>
#include <vector>

namespace insightd::graph
{

/// A GET below the version: `path` as "17841405822304914/media", parameters unescaped.
struct Request {
    Request(std::string node_path, std::vector<std::pair<std::string, std::string>> parameters)
        : path{std::move(node_path)}, params{std::move(parameters)}
    {
    }

    std::string path;
    std::vector<std::pair<std::string, std::string>> params;
};

} // namespace insightd::graph
