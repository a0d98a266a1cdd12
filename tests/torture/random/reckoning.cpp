#include "tests/torture/random/reckoning.hpp"

#include <algorithm>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;

/// Virtual time between an answer and its being noted, on a busy machine.
constexpr auto close_by = std::chrono::minutes{40};

/// Between two turns of an account, in virtual time.
constexpr auto a_moment = std::chrono::minutes{2};

/// An answer that is on its way when something happens.
constexpr auto on_its_way = 500ms;

/// store.loss, with instants of the virtual time.
struct Loss {
    std::int64_t account = 0; ///< 0: anybody's
    std::optional<sandbox::Instant> first, last;
    sandbox::Instant lost;
};

std::optional<sandbox::Instant> instant(const std::optional<std::string>& microseconds)
{
    if (!microseconds)
        return std::nullopt;
    return sandbox::Instant{std::chrono::microseconds{std::stoll(*microseconds)}};
}

std::vector<Loss> read_losses(const std::string& database)
{
    std::vector<Loss> all;
    for (const auto& row : insightd::testing::query(
             database, "SELECT account_id, (extract(epoch FROM first_at) * 1000000)::bigint, "
                       "(extract(epoch FROM last_at) * 1000000)::bigint, "
                       "(extract(epoch FROM lost_at) * 1000000)::bigint FROM store.loss"))
        all.push_back(
            {std::stoll(*row[0]), instant(row[1]), instant(row[2]), instant(row[3]).value()});
    return all;
}

class Reckoning
{
public:
    Reckoning(const Ground& ground, const std::vector<Trouble>& troubles, const DrainedAt& drained)
        : ground_{ground}, troubles_{troubles}, drained_{drained},
          ledger_{read_ledger(ground.server.url())}, losses_{read_losses(ground.server.url())}
    {
    }

    Findings find() const
    {
        return compare(as_stamped(), ledger_, close_by, [this](const auto&, const Answer& answer) {
            return excuse(answer);
        });
    }

private:
    sandbox::Instant virtually(Real instant) const
    {
        return ground_.start + (instant - ground_.anchor) * ground_.wish.speed;
    }
    Real really(sandbox::Instant instant) const
    {
        return ground_.anchor + (instant - ground_.start) / ground_.wish.speed;
    }

    static bool lies_in(const Trouble& trouble, Real instant)
    {
        return instant > trouble.from - on_its_way && instant < trouble.until + on_its_way;
    }

    /// What was answered while the program's clock was wrong may stand under the wrong time.
    Answers as_stamped() const
    {
        auto all = ground_.platform.answers();
        for (auto& [name, answers] : all) {
            std::vector<Answer> more;
            for (const auto& answer : answers)
                for (const auto& trouble : troubles_)
                    if (trouble.clock_ahead != 0us && lies_in(trouble, answer.at)) {
                        more.push_back(answer);
                        more.back().virtually += trouble.clock_ahead * ground_.wish.speed;
                    }
            answers.insert(answers.end(), more.begin(), more.end());
        }
        return all;
    }

    std::string excuse(const Answer& answer) const
    {
        for (const auto& life : ground_.lives)
            if (life.from <= answer.at && answer.at <= life.until + on_its_way)
                if (auto why = cut_off(life, answer); !why.empty())
                    return why;
        for (const auto& trouble : troubles_)
            if (auto why = excuse_of(trouble, answer); !why.empty())
                return why;
        const bool is_stated =
            std::ranges::any_of(losses_, [&](const Loss& loss) { return may_be_of(loss, answer); });
        return is_stated ? "stands in store.loss" : "";
    }

    std::string cut_off(const Life& life, const Answer& answer) const
    {
        if (life.told != Real{} && answer.at > life.told - on_its_way)
            return "under way at SIGTERM";
        if (!life.was_killed)
            return {};
        const auto noted = ledger_.noted.find(answer.account);
        if (noted == ledger_.noted.end())
            return "cut off by kill -9";
        const auto later = noted->second.upper_bound(answer.virtually + a_moment);
        const bool is_tail = later == noted->second.end() || *later > virtually(life.until);
        return is_tail ? "cut off by kill -9" : "";
    }

    /// A clock that was ahead leaves rows that lie in the future for a while.
    std::string excuse_of(const Trouble& trouble, const Answer& answer) const
    {
        const auto wrong_until = trouble.until + std::chrono::abs(trouble.clock_ahead) + on_its_way;
        if (trouble.clock_ahead != 0us && answer.at > trouble.from - on_its_way &&
            answer.at < wrong_until)
            return "the clock was wrong";
        const bool loses = trouble.kind->cost == Cost::unreceived;
        return loses && lies_in(trouble, answer.at) ? "did not arrive" : "";
    }

    /// Of a damaged file nobody can tell what was in it, but that it was not drained since.
    bool may_be_of(const Loss& loss, const Answer& answer) const
    {
        if (loss.account != 0 && loss.account != answer.account)
            return false;
        if (loss.first && loss.last)
            return *loss.first <= answer.virtually + close_by &&
                   answer.virtually <= *loss.last + close_by;
        const auto lost = really(loss.lost);
        return answer.at < lost + on_its_way && std::ranges::none_of(drained_, [&](Real drained) {
                   return answer.at + 2s < drained && drained < lost;
               });
    }

    const Ground& ground_;
    const std::vector<Trouble>& troubles_;
    const DrainedAt& drained_;
    Ledger ledger_;
    std::vector<Loss> losses_;
};

} // namespace

Findings
reckon(const Ground& ground, const std::vector<Trouble>& troubles, const DrainedAt& drained)
{
    return Reckoning{ground, troubles, drained}.find();
}

} // namespace insightd::torture
