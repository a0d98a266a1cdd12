#pragma once

#include "storage/model/conversation.hpp"

#include <string>

namespace insightd::testing
{

/// Pseudonyms that tell everything: tests see what became of which id.
struct PlainNames final : model::Pseudonyms {
    std::string of_person(model::AccountId, std::string_view id) const override
    {
        return "person " + std::string{id};
    }
    std::string of_conversation(model::AccountId, std::string_view id) const override
    {
        return "conversation " + std::string{id};
    }
    std::string of_message(model::AccountId, std::string_view id) const override
    {
        return "message " + std::string{id};
    }
    std::string of_comment(model::AccountId, std::string_view id) const override
    {
        return "comment " + std::string{id};
    }
};

} // namespace insightd::testing
