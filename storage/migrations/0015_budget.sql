-- Stories that were missed because the rate limit was nearly used up say so.
COMMENT ON COLUMN insights.story_summary.reason_kind IS
    'Missed stories: the class of the reason: api_failing, throttled, held_back, token_dead, account_paused, no_permission, refused, no_numbers, not_running, rows_lost, found_late, not_asked, not_recorded; NULL for others.';
