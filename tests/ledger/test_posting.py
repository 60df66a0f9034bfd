"""What one posting does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ledger.books import ALICE, BOB, EUR, JPY, NOON, SOURCE, earnings, gateway, move, posting, revenue, wallet
from tuition import ledger
from tuition.kernel import Currency, Money, new_id
from tuition.kernel.money import MINOR_MAX
from tuition.ledger import AccountKey, Posting, Source, Transfer
from tuition.platform.database import Session


async def minor(session: Session, key: AccountKey) -> int:
    return (await ledger.balance(session, key)).minor


async def top_up(session: Session, amount: int, key: str = "top-up") -> None:
    await ledger.post(session, posting(key, move(gateway(), wallet(ALICE), amount)))


async def test_an_account_that_was_never_used_holds_nothing(session: Session) -> None:
    assert await ledger.balance(session, wallet(ALICE)) == Money(0, EUR)


async def test_a_sale_moves_money_from_the_wallet_to_creator_and_platform(session: Session) -> None:
    await top_up(session, 2000)
    sale = posting("sale", move(wallet(ALICE), earnings(BOB), 1400), move(wallet(ALICE), revenue(), 600))
    assert not (await ledger.post(session, sale)).replayed
    assert await ledger.balances(session, [wallet(ALICE), earnings(BOB), revenue(), gateway()]) == {
        wallet(ALICE): Money(0, EUR),
        earnings(BOB): Money(1400, EUR),
        revenue(): Money(600, EUR),
        gateway(): Money(-2000, EUR),
    }


async def test_a_wallet_short_of_money_refuses_and_says_exactly_what_is_missing(session: Session) -> None:
    await top_up(session, 500)
    with pytest.raises(ledger.InsufficientFunds) as refused:
        await ledger.post(session, posting("sale", move(wallet(ALICE), earnings(BOB), 450), move(wallet(ALICE), revenue(), 100)))
    assert refused.value.account == wallet(ALICE)
    assert refused.value.missing == Money(50, EUR)
    assert refused.value.sentence == "There is not enough money for this: 0.50 EUR is missing."
    assert await minor(session, wallet(ALICE)) == 500
    assert await minor(session, earnings(BOB)) == 0


async def test_after_a_refusal_the_transaction_goes_on(session: Session) -> None:
    with pytest.raises(ledger.InsufficientFunds):
        await ledger.post(session, posting("sale", move(wallet(ALICE), earnings(BOB), 1)))
    await top_up(session, 1)
    await ledger.post(session, posting("sale", move(wallet(ALICE), earnings(BOB), 1)))
    assert await minor(session, earnings(BOB)) == 1


async def test_the_same_key_moves_money_once_even_when_it_comes_later_to_an_empty_wallet(session: Session) -> None:
    await top_up(session, 100)
    first = await ledger.post(session, posting("sale", move(wallet(ALICE), earnings(BOB), 100)))
    again = await ledger.post(session, posting("sale", move(wallet(ALICE), earnings(BOB), 100), at=NOON + timedelta(days=1)))
    assert (again.transaction_id, again.replayed) == (first.transaction_id, True)
    assert await minor(session, earnings(BOB)) == 100


@pytest.mark.parametrize(
    "other",
    [
        posting("key", move(gateway(), wallet(ALICE), 2)),
        posting("key", move(gateway(), wallet(BOB), 1)),
        posting("key", move(revenue(), wallet(ALICE), 1)),
        posting("key", move(gateway(), wallet(ALICE), 1), kind="gift"),
        posting("key", move(gateway(), wallet(ALICE), 1), source=Source("gift", SOURCE.id)),
        posting("key", move(gateway(), wallet(ALICE), 1), source=Source("purchase", ALICE)),
        posting("key", move(gateway(), wallet(ALICE), 1), move(gateway(), wallet(ALICE), 1)),
    ],
)
async def test_a_key_with_other_figures_is_refused(session: Session, other: Posting) -> None:
    first = await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 1)))
    with pytest.raises(ledger.KeyReused) as refused:
        await ledger.post(session, other)
    assert refused.value.transaction_id == first.transaction_id
    assert await minor(session, wallet(ALICE)) == 1


async def test_two_owners_may_use_the_same_key(session: Session) -> None:
    await ledger.post(session, posting("key", move(gateway(), wallet(ALICE), 1), owner=ALICE))
    await ledger.post(session, posting("key", move(gateway(), wallet(BOB), 1), owner=BOB))
    assert await minor(session, gateway()) == -2


async def test_transfers_on_one_account_are_netted_before_the_floor_is_tested(session: Session) -> None:
    await ledger.post(session, posting("both", move(wallet(ALICE), revenue(), 30), move(gateway(), wallet(ALICE), 100)))
    assert await minor(session, wallet(ALICE)) == 70
    await ledger.post(session, posting("round", move(wallet(BOB), revenue(), 5), move(revenue(), wallet(BOB), 5)))
    assert await minor(session, wallet(BOB)) == 0


async def test_creator_earnings_have_a_floor_that_counts_what_waits_to_be_folded(session: Session) -> None:
    payable = AccountKey(BOB, ledger.AccountKind.PAYABLE, EUR)
    await ledger.post(session, posting("a", move(gateway(), earnings(BOB), 70)))
    await ledger.post(session, posting("b", move(gateway(), earnings(BOB), 30)))
    with pytest.raises(ledger.InsufficientFunds) as refused:
        await ledger.post(session, posting("out", move(earnings(BOB), payable, 101)))
    assert refused.value.missing == Money(1, EUR)
    await ledger.post(session, posting("out", move(earnings(BOB), payable, 100)))
    assert await minor(session, earnings(BOB)) == 0


async def test_folding_changes_no_figure(session: Session) -> None:
    await ledger.post(session, posting("a", move(gateway(), earnings(BOB), 70), move(gateway(), revenue(), 1)))
    keys = [gateway(), earnings(BOB), revenue()]
    before = await ledger.balances(session, keys)
    assert await ledger.fold(session, limit=2) == 2
    assert await ledger.balances(session, keys) == before
    assert await ledger.fold(session) == 1
    assert await ledger.fold(session) == 0
    assert await ledger.balances(session, keys) == before


async def test_currencies_do_not_mix(session: Session) -> None:
    await top_up(session, 100)
    with pytest.raises(ledger.InsufficientFunds):
        await ledger.post(session, posting("yen", move(wallet(ALICE, JPY), revenue(JPY), 1)))
    with pytest.raises(AssertionError):
        Transfer(wallet(ALICE, EUR), revenue(JPY), Money(1, EUR))


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_of_nothing_or_less_cannot_be_written(amount: int) -> None:
    with pytest.raises(AssertionError):
        move(wallet(ALICE), revenue(), amount)


def test_a_posting_without_transfers_or_without_a_zone_cannot_be_written() -> None:
    with pytest.raises(AssertionError):
        posting("nothing")
    with pytest.raises(AssertionError):
        posting("nowhere", move(gateway(), revenue(), 1), at=NOON.replace(tzinfo=None))


async def test_the_largest_amount_fits_and_one_more_is_refused(session: Session) -> None:
    await top_up(session, MINOR_MAX)
    assert await minor(session, wallet(ALICE)) == MINOR_MAX
    assert await minor(session, gateway()) == -MINOR_MAX
    with pytest.raises(ledger.TooLarge):
        await ledger.post(session, posting("more", move(revenue(), wallet(ALICE), 1)))
    with pytest.raises(ledger.TooLarge):
        await top_up(session, 1, "even more")
    await ledger.post(session, posting("spent", move(wallet(ALICE), revenue(), MINOR_MAX)))
    with pytest.raises(ledger.InsufficientFunds) as refused:
        await ledger.post(
            session, posting("over", move(wallet(ALICE), revenue(), MINOR_MAX), move(wallet(ALICE), gateway(), MINOR_MAX))
        )
    assert refused.value.missing.minor == MINOR_MAX


async def test_a_busy_account_near_its_limit_is_counted_exactly(session: Session) -> None:
    for number in range(3):
        transfers = [move(gateway(), revenue(), MINOR_MAX // 4), move(revenue(), gateway(), 1)]
        await ledger.post(session, posting(f"large {number}", *transfers))
    with pytest.raises(ledger.TooLarge) as refused:
        await ledger.post(session, posting("too much", move(gateway(), revenue(), MINOR_MAX // 2)))
    assert refused.value.account in (gateway(), revenue())


async def test_a_kind_that_does_not_exist_opens_no_account(session: Session) -> None:
    for kind in ("slush_fund", "gateway:", "gateway:Two Words"):
        with pytest.raises(Exception, match="an account of a kind that does not exist"):
            async with session.begin_nested():
                await ledger.post(session, posting(kind, move(gateway(), AccountKey(ALICE, kind, EUR), 1)))


async def test_many_transfers_are_one_posting(session: Session) -> None:
    people = [new_id() for _ in range(300)]
    shares = [move(AccountKey(ledger.PLATFORM, "pool", EUR), earnings(person), 7) for person in people]
    await ledger.post(session, posting("fee", move(gateway(), AccountKey(ledger.PLATFORM, "pool", EUR), 2100)))
    await ledger.post(session, posting("split", *shares))
    assert set((await ledger.balances(session, [earnings(person) for person in people])).values()) == {Money(7, EUR)}
    assert (await ledger.check(session)).clean


async def test_credits_are_a_currency_of_their_own(session: Session) -> None:
    mine = AccountKey(ALICE, ledger.AccountKind.CREDITS, Currency("CRD"))
    await ledger.post(session, posting("month", move(AccountKey(ledger.PLATFORM, "promotions", Currency("CRD")), mine, 12)))
    assert str(await ledger.balance(session, mine)) == "12 CRD"
