"""Reckoning, per cent, ratio and interest."""

from __future__ import annotations

import math
import random
from fractions import Fraction

from tuition.cli.demo.media.book.exercises.writing import Exercise, number


def estimate(dice: random.Random) -> list[Exercise]:
    pairs = zip(dice.sample([38, 47, 62, 71, 83, 97], 3), dice.sample([21, 29, 33, 58, 76, 84], 3), strict=True)
    made = [
        (
            f"Estimate ${a} times {b}$ by rounding both to tens, then work it out.",
            f"about {round(a, -1) * round(b, -1):,}; exactly {a * b:,}",
        )
        for a, b in pairs
    ]
    made += [
        (f"Multiply ${a} times 25$ by way of 100.", f"${a} times 100 div 4 = {a * 25:,}$")
        for a in dice.sample(range(12, 49, 4), 2)
    ]
    for _ in range(2):
        a = dice.randint(3, 9) * 10 + 5
        made.append(
            (f"Square {a} in your head.", f"${a // 10} times {a // 10 + 1} = {a // 10 * (a // 10 + 1)}$, then 25: {a * a:,}")
        )
    a, b = dice.randint(41, 58), dice.randint(3, 9)
    made.append(
        (
            f"Use a difference of squares for ${a + b} times {a - b}$.",
            f"${a}^2 - {b}^2 = {a * a:,} - {b * b} = {a * a - b * b:,}$",
        )
    )
    pages, minutes = dice.choice([240, 320, 360]), dice.choice([2, 3])
    made.append(
        (f"A book has {pages} pages and you read one in {minutes} minutes. How many evenings of half an hour is that?",
         f"{pages * minutes} minutes, so {math.ceil(pages * minutes / 30)} evenings")
    )  # fmt: skip
    return made


def percent(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(2):
        share, whole = dice.choice([12, 15, 18, 35, 45]), dice.randint(4, 24) * 20
        made.append((f"What is {share} % of {whole}?", number(Fraction(share * whole, 100))))
    for part, whole in dice.sample([(18, 24), (27, 60), (14, 56), (33, 44), (21, 35), (54, 72)], 2):
        made.append((f"{part} of {whole} seats are taken. What per cent is that?", f"{number(Fraction(part * 100, whole))} %"))
    for thing, off in zip(("coat", "bicycle"), dice.sample([10, 15, 20, 30, 35], 2), strict=True):
        price = dice.randint(6, 30) * 10
        made.append(
            (
                f"A {thing} costs {price}. It is reduced by {off} %. What is the new price?",
                number(Fraction(price * (100 - off), 100)),
            )
        )
    old, change = dice.randint(4, 12) * 50, dice.choice([20, 25, 40, 50])
    now = Fraction(old * (100 + change), 100)
    made.append(
        (
            f"A rent has risen by {change} % to {number(now)}. What was it before?",
            f"${number(now)} div {1 + change / 100:g} = {old}$",
        )
    )
    up = dice.choice([10, 20, 25])
    both = number(Fraction((100 + up) * (100 - up), 10_000), 4)
    made.append(
        (
            f"A price goes up by {up} % and then down by {up} %. By how much has it changed?",
            f"$1.{up:02d} times 0.{100 - up} = {both}$: down by {number(Fraction(up * up, 100))} %",
        )
    )
    points = dice.randint(2, 5)
    made.append(
        (f"A party had 20 % of the votes and now has {20 + points} %. Say the change in points and in per cent.",
         f"{points} points; {number(Fraction(points * 100, 20))} per cent")
    )  # fmt: skip
    return made


def ratio(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    people = 4
    for stuff, guests in zip(("flour", "rice"), dice.sample([6, 7, 10, 14], 2), strict=True):
        flour = dice.choice([240, 300, 360, 500])
        made.append(
            (
                f"A recipe for {people} takes {flour} g of {stuff}. How much for {guests}?",
                f"{number(Fraction(flour * guests, people))} g",
            )
        )
    for a, b in dice.sample([(2, 3), (3, 5), (4, 7), (1, 4)], 2):
        total = (a + b) * dice.randint(8, 30)
        made.append((f"Share {total} in the ratio {a} : {b}.", f"{total * a // (a + b)} and {total * b // (a + b)}"))
    scale, centimetres = dice.choice([25_000, 50_000]), dice.randint(5, 14)
    made.append(
        (f"On a map of 1 : {scale:,} two villages are {centimetres} cm apart. How far is the walk as the crow flies?",
         f"{number(Fraction(scale * centimetres, 100_000))} km")
    )  # fmt: skip
    workers, days = dice.choice([(3, 12), (4, 9), (6, 10)])
    more = workers + dice.choice([1, 2, 3])
    made.append(
        (f"{workers} painters need {days} days. How long would {more} painters need at the same pace?",
         f"${workers} times {days} div {more} = {number(Fraction(workers * days, more), 1)}$ days")
    )  # fmt: skip
    small, large = dice.choice([(250, 2.40), (200, 1.90), (400, 3.20)]), dice.choice([(750, 6.60), (900, 7.80), (1000, 8.50)])
    each = [price / grams * 1000 for grams, price in (small, large)]
    cheaper = "the small" if each[0] < each[1] else "the large"
    made.append(
        (f"Coffee: {small[0]} g for {small[1]:.2f} or {large[0]} g for {large[1]:.2f}. Which is cheaper by the kilogram?",
         f"{each[0]:.2f} against {each[1]:.2f}: {cheaper} one")
    )  # fmt: skip
    return made


def interest(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(3):
        start, rate, years = dice.randint(2, 20) * 500, dice.choice([2, 3, 4, 5, 6]), dice.randint(3, 12)
        end = start * (1 + rate / 100) ** years
        made.append(
            (
                f"{start:,} grows at {rate} % a year for {years} years. What does it become?",
                f"${start:,} times 1.0{rate}^{years} approx {end:,.2f}$",
            )
        )
    for rate in dice.sample([2, 3, 4, 6, 8, 9], 2):
        exact = math.log(2) / math.log(1 + rate / 100)
        made.append(
            (
                f"How long does money take to double at {rate} %? Use the rule of 72.",
                f"about {number(Fraction(72, rate), 1)} years (exactly {exact:.1f})",
            )
        )
    monthly = dice.choice([1.0, 1.5, 2.0])
    made.append(
        (
            f"A card charges {monthly:g} % a month. What is that a year?",
            f"$(1 + {monthly / 100:g})^12 - 1 approx {((1 + monthly / 100) ** 12 - 1) * 100:.1f}$ %",
        )
    )
    inflation = dice.choice([2, 3, 4])
    left = 100 * (1 + inflation / 100) ** -20
    made.append(
        (
            f"Prices rise by {inflation} % a year. What will 100 buy in twenty years, in today’s goods?",
            f"$100 div 1.0{inflation}^20 approx {left:.1f}$",
        )
    )
    save, years = dice.choice([50, 100, 150]), dice.choice([10, 20])
    factor = 1.04
    total = save * 12 * (factor**years - 1) / (factor - 1)
    made.append(
        (f"You put {save * 12:,} aside at the end of each year, at 4 %. What is there after {years} years?",
         f"${save * 12:,} times (1.04^{years} - 1) / 0.04 approx {total:,.0f}$")
    )  # fmt: skip
    return made
