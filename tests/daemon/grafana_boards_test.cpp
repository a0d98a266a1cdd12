#include "tests/daemon/grafana_boards.hpp"

#include <gmock/gmock.h>

#include <set>

// What a dashboard is without a database: it can be loaded, laid out and linked to.
namespace insightd::grafana
{
namespace
{

using ::testing::ContainsRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

TEST(GrafanaBoards, ThereAreSixWithNamesOfTheirOwn)
{
    std::vector<std::string> names;
    for (const auto& board : boards()) {
        EXPECT_EQ(board.uid, "insightd-" + board.file);
        names.push_back(board.file);
    }
    EXPECT_THAT(
        names,
        UnorderedElementsAre("portfolio", "account", "post", "stories", "audience", "health"));
}

TEST(GrafanaBoards, PanelsHaveIdsOfTheirOwnAndDoNotOverlap)
{
    for (const auto& board : boards()) {
        std::set<std::int64_t> ids;
        std::set<std::pair<std::int64_t, std::int64_t>> cells;
        for (const auto& panel : board.panels) {
            SCOPED_TRACE(board.file + ": " + panel.title);
            EXPECT_TRUE(ids.insert(panel.id).second);
            const auto& place = panel.json.at("gridPos");
            const auto x = place.at("x").as_int64(), y = place.at("y").as_int64();
            EXPECT_LE(x + place.at("w").as_int64(), 24);
            for (auto column = x; column < x + place.at("w").as_int64(); ++column)
                for (auto line = y; line < y + place.at("h").as_int64(); ++line)
                    EXPECT_TRUE(cells.emplace(column, line).second);
        }
    }
}

/// A number is shown with what must be known of it; health is about collecting, not about numbers.
TEST(GrafanaBoards, PanelsSayWhetherNumbersAddUpAndWhetherTheyAreFinal)
{
    for (const auto& board : boards())
        for (const auto& panel : board.panels) {
            SCOPED_TRACE(board.file + ": " + panel.title);
            EXPECT_THAT(panel.description, Not(::testing::IsEmpty()));
            if (board.file == "health")
                continue;
            EXPECT_THAT(panel.description, ContainsRegex("[Aa]dditive|to sum"));
            EXPECT_THAT(panel.description, ContainsRegex("[Pp]rovisional|[Ff]inal"));
        }
}

/// The values of what stands between two marks.
std::set<std::string> found(const std::string& text, const char* pattern)
{
    const std::regex form{pattern};
    std::set<std::string> all;
    for (std::sregex_iterator at{text.begin(), text.end(), form}, end; at != end; ++at)
        all.insert((*at)[1]);
    return all;
}

TEST(GrafanaBoards, LinksNameBoardsAndVariablesThatExist)
{
    std::map<std::string, std::set<std::string>> variables;
    for (const auto& board : boards())
        for (const auto& variable : board.variables)
            variables[board.uid].insert(variable.name);
    std::size_t links = 0;
    for (const auto& board : boards())
        for (const auto& link : found(board.text, R"re("(/d/[^"]*)")re")) {
            const auto target = *found(link, R"(/d/([a-z-]+))").begin();
            for (const auto& name : found(link, R"(var-([a-z]+)=)"))
                EXPECT_TRUE(variables[target].count(name)) << link;
            ++links;
        }
    EXPECT_GT(links, 3U);
}

/// One database can be taken for another: no panel is tied to one.
TEST(GrafanaBoards, EveryQueryGoesToTheChosenDatabase)
{
    for (const auto& board : boards()) {
        EXPECT_EQ(
            found(board.text, R"re("uid": "(\$[^"]*)")re"), std::set<std::string>{"${source}"});
        for (const auto& panel : board.panels) {
            EXPECT_EQ(text_at(panel.json, "/datasource/uid"), "${source}") << panel.title;
            EXPECT_EQ(text_at(panel.json, "/targets/0/datasource/uid"), "${source}") << panel.title;
        }
    }
}

} // namespace
} // namespace insightd::grafana
