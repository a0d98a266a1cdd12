#include "tests/bench/simulator/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace insightd::simulator
{
namespace
{

constexpr double never = std::numeric_limits<double>::infinity();
constexpr std::size_t page = 100; ///< posts that one call of a list holds

/// Changes that came between two instants and were not read yet.
struct Waiting {
    double from = 0;
    double to = 0;
    double changes = 0;
};

struct PostState {
    double due = never;
    double drawn_until = 0;
    std::int64_t views = 0;
    std::int64_t interactions = 0;
    bool is_found = false;
    std::vector<Waiting> waiting;
};

class Life
{
public:
    Life(const Account& account, Strategy& strategy, const RunSettings& settings)
        : account_{account}, strategy_{strategy}, settings_{settings},
          end_{settings.warm_up + settings.measured}, random_{settings.seed},
          posts_(account.posts.size()), figures_{settings.target}
    {
    }

    Figures live()
    {
        begin();
        while (!events_.empty() && events_.top().at < end_) {
            const auto event = events_.top();
            events_.pop();
            if (event.post == lists)
                read_list(event.at);
            else if (event.post == birth)
                find_born(event.at);
            else if (event.at == posts_.at(event.post).due)
                read_insights(event.post, event.at);
        }
        for (std::size_t post = 0; post < posts_.size(); ++post)
            count_read(post, end_); // what still waits has waited at least until now
        return figures_;
    }

private:
    static constexpr std::size_t lists = static_cast<std::size_t>(-1);
    static constexpr std::size_t birth = static_cast<std::size_t>(-2);

    struct Event {
        double at;
        std::size_t post;
        bool operator<(const Event& other) const { return at > other.at; } // the earliest on top
    };

    /// The past is known at hour 0, as after a first collection.
    void begin()
    {
        while (born_ < posts_.size() && account_.posts.at(born_).published <= 0) {
            auto& post = posts_.at(born_);
            post.drawn_until = account_.posts.at(born_).published;
            draw(born_, 0, 1);
            post.waiting.clear();
            post.is_found = true;
            strategy_.found(seen(born_, 0));
            // Spread over the day, so that not all are due at one instant for ever.
            const auto first = 24.0 * static_cast<double>(born_ % 97) / 97;
            schedule(born_, first);
            ++born_;
        }
        if (strategy_.page_every())
            events_.push({0.25, lists});
        else
            expect_birth();
    }

    void expect_birth()
    {
        if (born_ < posts_.size())
            events_.push({account_.posts.at(born_).published, birth});
    }

    void find_born(double at)
    {
        find(born_++, at);
        expect_birth();
    }

    void find(std::size_t post, double at)
    {
        auto& state = posts_.at(post);
        state.drawn_until = account_.posts.at(post).published;
        draw(post, at, 4);
        state.is_found = true;
        schedule(post, strategy_.found(seen(post, at)));
    }

    void schedule(std::size_t post, double due)
    {
        posts_.at(post).due = due;
        if (due < end_)
            events_.push({due, post});
    }

    Seen seen(std::size_t post, double at) const
    {
        const auto& state = posts_.at(post);
        return {post, at, state.views, state.interactions};
    }

    /// Lets the world go on for this post, in pieces that keep track of when changes came.
    void draw(std::size_t post, double until, int pieces)
    {
        auto& state = posts_.at(post);
        const auto& truth = account_.posts.at(post);
        const auto from = state.drawn_until;
        const auto step = (until - from) / pieces;
        for (int piece = 0; piece < pieces && step > 0; ++piece) {
            const auto begun = from + piece * step;
            const auto came = drawn(account_.expected(truth, begun, begun + step), random_);
            if (came == 0)
                continue;
            state.views += static_cast<std::int64_t>(came);
            state.interactions += static_cast<std::int64_t>(
                std::min(came, drawn(truth.interactions * static_cast<double>(came), random_)));
            state.waiting.push_back({begun, begun + step, static_cast<double>(came)});
        }
        state.drawn_until = std::max(until, from);
    }

    static int pieces_of(double span)
    {
        return static_cast<int>(std::clamp(std::ceil(span), 1.0, 24.0));
    }

    bool is_measured(double at) const { return at >= settings_.warm_up; }

    void read_list(double at)
    {
        while (born_ < posts_.size() && account_.posts.at(born_).published <= at)
            find(born_++, at);
        const auto watched_from = at - account_.world.two_years;
        const bool whole = at >= whole_list_due_;
        if (whole)
            whole_list_due_ = at + strategy_.whole_list_every();
        const auto first = whole || born_ < page ? 0 : born_ - page;
        std::size_t listed = 0;
        for (auto post = born_; post-- > first;) {
            if (account_.posts.at(post).published < watched_from)
                break;
            ++listed;
            list(post, at);
        }
        if (is_measured(at))
            figures_.list_calls += std::ceil(std::max(1.0, static_cast<double>(listed) / page));
        events_.push({at + *strategy_.page_every(), lists});
    }

    void list(std::size_t post, double at)
    {
        auto& state = posts_.at(post);
        draw(post, at, pieces_of(at - state.drawn_until));
        const auto due = strategy_.listed(seen(post, at), state.due);
        if (due != state.due)
            schedule(post, due);
    }

    void read_insights(std::size_t post, double at)
    {
        draw(post, at, pieces_of(at - posts_.at(post).drawn_until));
        if (is_measured(at)) {
            ++figures_.insights_calls;
            figures_.rows += posts_.at(post).waiting.empty() ? 0 : 1;
        }
        count_read(post, at);
        schedule(post, strategy_.read(seen(post, at)));
    }

    void count_read(std::size_t post, double at)
    {
        auto& waiting = posts_.at(post).waiting;
        if (is_measured(at))
            for (const auto& some : waiting)
                figures_.staleness.add(some.from, some.to, at, some.changes);
        waiting.clear();
    }

    const Account& account_;
    Strategy& strategy_;
    RunSettings settings_;
    double end_;
    Random random_;
    std::vector<PostState> posts_;
    std::size_t born_ = 0;
    double whole_list_due_ = 0;
    std::priority_queue<Event> events_;
    Figures figures_;
};

} // namespace

void Figures::add(const Figures& other)
{
    insights_calls += other.insights_calls;
    list_calls += other.list_calls;
    rows += other.rows;
    staleness.add(other.staleness);
}

Figures simulate(const Account& account, Strategy& strategy, const RunSettings& settings)
{
    return Life{account, strategy, settings}.live();
}

} // namespace insightd::simulator
