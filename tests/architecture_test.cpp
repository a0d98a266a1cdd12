#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

// Dependencies point one way: daemon → collectors → collectors/graph → config, and
// storage → storage/model, config. The includes say so, or this test fails.
namespace
{

namespace fs = std::filesystem;

/// What each library may include beside itself.
const std::map<std::string, std::set<std::string>> allowed{
    {"config", {}},
    {"storage/model", {}},
    {"storage", {"storage/model", "config"}},
    {"storage/vault", {"storage/model", "config"}},
    {"storage/spool", {"storage", "storage/model", "config"}},
    {"collectors/graph", {"config"}},
    {"collectors", {"collectors/graph", "storage/model", "config"}},
    {"daemon",
     {"daemon/budget", "daemon/http", "daemon/init", "daemon/manual", "daemon/metrics",
      "daemon/reload", "daemon/replicas", "daemon/scheduling", "daemon/status_page",
      "daemon/webhooks", "collectors", "collectors/graph", "storage", "storage/model",
      "storage/spool", "storage/vault", "config"}},
    {"daemon/http", {"config"}},
    {"daemon/webhooks",
     {"daemon/http", "collectors", "collectors/graph", "storage/model", "config"}},
    {"daemon/budget", {"collectors/graph", "storage/model", "config"}},
    {"daemon/reload", {"config"}},
    {"daemon/replicas", {"storage", "storage/model", "config"}},
    {"daemon/scheduling", {"storage/model", "config"}},
    {"daemon/manual", {}},
    {"daemon/metrics", {}},
    {"daemon/init", {"config"}},
    {"daemon/status_page", {"storage/model", "config"}},
};

const std::map<std::string, std::set<std::string>> forbidden_headers{
    {"collectors", {"pqxx", "sqlite3", "boost/beast"}},
    {"collectors/graph", {"pqxx", "sqlite3"}},
    {"storage/model", {"pqxx", "sqlite3", "boost/json"}},
    {"storage", {"boost/beast", "sodium", "sqlite3"}},
    {"storage/spool", {"pqxx", "boost/beast"}},
    {"storage/vault", {"pqxx", "sqlite3", "boost"}},
    {"daemon/http", {"pqxx", "sqlite3", "boost/json"}},
    {"daemon/webhooks", {"pqxx", "sqlite3", "boost/beast", "boost/json"}},
    {"daemon/scheduling", {"boost", "pqxx", "sqlite3"}},
    {"daemon/status_page", {"boost", "pqxx", "sqlite3"}},
    {"daemon/budget", {"pqxx", "sqlite3", "boost"}},
    {"daemon/manual", {"pqxx", "sqlite3", "boost"}},
    {"daemon/metrics", {"pqxx", "sqlite3", "boost"}},
    {"daemon/init", {"pqxx", "sqlite3", "boost"}},
    {"daemon/reload", {"pqxx", "sqlite3", "boost/json", "boost/beast"}},
    {"daemon/replicas", {"pqxx", "sqlite3", "boost/json", "boost/beast"}},
    {"config", {"boost/asio", "boost/beast", "pqxx", "sqlite3"}},
    {"daemon", {"pqxx", "sqlite3", "boost/beast"}},
};

std::string library_of(const std::string& path)
{
    return fs::path{path}.parent_path().string();
}

struct Include {
    std::string file, library, included;
};

std::vector<Include> includes()
{
    static const std::regex line{R"re(^\s*#include\s*[<"]([^>"]+)[>"])re"};
    const fs::path root{INSIGHTD_SOURCE_DIR};
    std::vector<Include> found;
    for (const auto& [library, others] : allowed)
        for (const auto& entry : fs::directory_iterator{root / library}) {
            const auto ending = entry.path().extension();
            if (ending != ".cpp" && ending != ".hpp")
                continue;
            std::ifstream in{entry.path()};
            std::smatch match;
            for (std::string text; std::getline(in, text);)
                if (std::regex_search(text, match, line))
                    found.push_back({entry.path().filename(), library, match[1]});
        }
    return found;
}

TEST(Architecture, DependenciesPointOneWay)
{
    const auto all = includes();
    ASSERT_GT(all.size(), 300U);
    for (const auto& include : all) {
        const auto target = library_of(include.included);
        if (!allowed.contains(target) || target == include.library)
            continue;
        EXPECT_TRUE(allowed.at(include.library).contains(target))
            << include.library << "/" << include.file << " includes " << include.included;
    }
}

TEST(Architecture, EachLibraryKeepsItsForeignHeadersToItself)
{
    for (const auto& include : includes())
        for (const auto& header : forbidden_headers.at(include.library))
            EXPECT_FALSE(include.included.starts_with(header))
                << include.library << "/" << include.file << " includes " << include.included;
}

TEST(Architecture, NothingButTestsIncludesTests)
{
    for (const auto& include : includes())
        EXPECT_FALSE(include.included.starts_with("tests/")) << include.file;
}

TEST(Architecture, TopLevelIsWhatItIs)
{
    const std::set<std::string> expected{"CMakeLists.txt", "CMakePresets.json",
                                         "LICENSE",        "README.md",
                                         "collectors",     "config",
                                         "daemon",         "deploy",
                                         "storage",        "tests"};
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator{INSIGHTD_SOURCE_DIR}) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(".") && name != "build")
            found.insert(name);
    }
    EXPECT_EQ(found, expected);
}

} // namespace
