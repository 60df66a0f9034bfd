"""Averages and probability."""

from __future__ import annotations

import math
import random
from fractions import Fraction

from tuition.cli.demo.media.book.exercises.writing import Exercise, number


def average(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(3):
        values = [dice.randint(4, 30) for _ in range(dice.choice([5, 7]))]
        ordered = sorted(values)
        made.append(
            (
                f"Mean and median of {', '.join(map(str, values))}?",
                f"mean {number(Fraction(sum(values), len(values)))}; median {ordered[len(values) // 2]}",
            )
        )
    grades, wanted = [dice.randint(14, 17) for _ in range(4)], 16
    needed = wanted * 5 - sum(grades)
    made.append((f"Four marks: {', '.join(map(str, grades))}. Which fifth mark gives a mean of {wanted}?", str(needed)))
    there, back = dice.choice([(60, 40), (90, 60), (80, 120)])
    made.append(
        (f"You drive there at {there} km/h and back at {back} km/h. What is the mean speed?",
         f"$2 / (1/{there} + 1/{back}) = {number(2 / (Fraction(1, there) + Fraction(1, back)))}$ km/h")
    )  # fmt: skip
    values = [dice.randint(2, 12) for _ in range(4)]
    mean = Fraction(sum(values), 4)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / 4)
    made.append(
        (f"Find the standard deviation of {', '.join(map(str, values))}.", f"mean {number(mean)}; deviation about {spread:.2f}")
    )
    girls, boys = dice.choice([(12, 18), (10, 15), (14, 6)])
    first, second = dice.choice([(72, 67), (64, 74)])
    made.append(
        (f"{girls} girls score {first} on average, {boys} boys {second}. What is the mean of the class?",
         number(Fraction(girls * first + boys * second, girls + boys)))
    )  # fmt: skip
    return made


def chance(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    red, blue = dice.randint(3, 7), dice.randint(2, 8)
    made.append(
        (f"A bag holds {red} red and {blue} blue balls. What is the chance of red?", f"${_fraction(Fraction(red, red + blue))}$")
    )
    both = Fraction(red * (red - 1), (red + blue) * (red + blue - 1))
    made.append(
        ("The same bag: you draw two without putting back. What is the chance that both are red?", f"${_fraction(both)}$")
    )
    total = dice.choice([5, 6, 8, 9])
    ways = sum(1 for a in range(1, 7) for b in range(1, 7) if a + b == total)
    made.append((f"Two dice. What is the chance of a sum of {total}?", f"{ways} of 36 ways: ${_fraction(Fraction(ways, 36))}$"))
    throws = dice.choice([3, 4, 6])
    made.append(
        (
            f"What is the chance of at least one six in {throws} throws?",
            f"$1 - (5/6)^{throws} approx {1 - (5 / 6) ** throws:.3f}$",
        )
    )
    coins = dice.choice([4, 5, 6])
    heads = coins // 2
    made.append(
        (
            f"{coins} coins. What is the chance of exactly {heads} heads?",
            f"${_fraction(Fraction(math.comb(coins, heads), 2**coins))}$",
        )
    )
    ticket, prize, one_in = 2, dice.choice([50, 80, 100]), dice.choice([60, 100])
    made.append(
        (f"A ticket costs {ticket}. One in {one_in} wins {prize}. What do you lose on average per ticket?",
         number(ticket - Fraction(prize, one_in)))
    )  # fmt: skip
    ill, missed, false = 1, 10, dice.choice([3, 5])
    sick, well = Fraction(ill * (100 - missed), 10_000), Fraction((100 - ill) * false, 10_000)
    question = (
        f"One in a hundred has an illness. A test finds nine of ten ill people and wrongly alarms {false} of 100 healthy ones. "
        "Your test is positive: how likely are you ill?"
    )
    made.append((question, f"about {float(sick / (sick + well)) * 100:.0f} %"))
    return made


def _fraction(value: Fraction) -> str:
    return f"{value.numerator} / {value.denominator}"
