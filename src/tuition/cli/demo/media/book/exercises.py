"""The exercises of the book: numbers drawn with a fixed seed, answers worked out exactly, both as typst markup."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from fractions import Fraction

Exercise = tuple[str, str]
Maker = Callable[[random.Random], list[Exercise]]


def exercises() -> dict[str, list[Exercise]]:
    """By chapter; the same each time."""
    made = {name: maker(random.Random(name)) for name, maker in MAKERS.items()}  # noqa: S311 - exercises, not secrets
    return {name: [(_quoted(question), _quoted(answer)) for question, answer in pairs] for name, pairs in made.items()}


def _quoted(markup: str) -> str:
    """In a formula a comma is punctuation with a space behind it; inside a quoted number it is not."""
    return re.sub(r"\$[^$]*\$", lambda formula: re.sub(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", r'"\g<0>"', formula[0]), markup)


def number(value: Fraction | int | float, places: int = 2) -> str:
    """A number as people write it: at most so many places, no zeros at the end, thousands apart."""
    text = f"{float(value):,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _estimate(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(3):
        a, b = dice.choice([38, 47, 62, 71, 83, 97]), dice.choice([21, 29, 33, 58, 76, 84])
        rough = round(a, -1) * round(b, -1)
        made.append((f"Estimate ${a} times {b}$ by rounding both to tens, then work it out.", f"about {rough:,}; exactly {a * b:,}"))
    for a in dice.sample(range(12, 49, 4), 2):
        made.append((f"Multiply ${a} times 25$ by way of 100.", f"${a} times 100 div 4 = {a * 25:,}$"))
    for _ in range(2):
        a = dice.randint(3, 9) * 10 + 5
        made.append((f"Square {a} in your head.", f"${a // 10} times {a // 10 + 1} = {a // 10 * (a // 10 + 1)}$, then 25: {a * a:,}"))
    a, b = dice.randint(41, 58), dice.randint(3, 9)
    made.append((f"Use a difference of squares for ${a + b} times {a - b}$.", f"${a}^2 - {b}^2 = {a * a:,} - {b * b} = {a * a - b * b:,}$"))
    pages, minutes = dice.choice([240, 320, 360]), dice.choice([2, 3])
    made.append(
        (f"A book has {pages} pages and you read one in {minutes} minutes. How many evenings of half an hour is that?",
         f"{pages * minutes} minutes, so {math.ceil(pages * minutes / 30)} evenings")
    )  # fmt: skip
    return made


def _percent(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(2):
        share, whole = dice.choice([12, 15, 18, 35, 45]), dice.randint(4, 24) * 20
        made.append((f"What is {share} % of {whole}?", number(Fraction(share * whole, 100))))
    for part, whole in dice.sample([(18, 24), (27, 60), (14, 56), (33, 44), (21, 35), (54, 72)], 2):
        made.append((f"{part} of {whole} seats are taken. What per cent is that?", f"{number(Fraction(part * 100, whole))} %"))
    for thing, off in zip(("coat", "bicycle"), dice.sample([10, 15, 20, 30, 35], 2), strict=True):
        price = dice.randint(6, 30) * 10
        made.append((f"A {thing} costs {price}. It is reduced by {off} %. What is the new price?", number(Fraction(price * (100 - off), 100))))
    old, change = dice.randint(4, 12) * 50, dice.choice([20, 25, 40, 50])
    now = Fraction(old * (100 + change), 100)
    made.append((f"A rent has risen by {change} % to {number(now)}. What was it before?", f"${number(now)} div {1 + change / 100:g} = {old}$"))
    up = dice.choice([10, 20, 25])
    made.append(
        (f"A price goes up by {up} % and then down by {up} %. By how much has it changed?",
         f"$1.{up:02d} times 0.{100 - up} = {number(Fraction((100 + up) * (100 - up), 10000), 4)}$: down by {number(Fraction(up * up, 100))} %")
    )  # fmt: skip
    points = dice.randint(2, 5)
    made.append(
        (f"A party had 20 % of the votes and now has {20 + points} %. Say the change in points and in per cent.",
         f"{points} points; {number(Fraction(points * 100, 20))} per cent")
    )  # fmt: skip
    return made


def _ratio(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    people = 4
    for stuff, guests in zip(("flour", "rice"), dice.sample([6, 7, 10, 14], 2), strict=True):
        flour = dice.choice([240, 300, 360, 500])
        made.append((f"A recipe for {people} takes {flour} g of {stuff}. How much for {guests}?", f"{number(Fraction(flour * guests, people))} g"))
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


def _interest(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(3):
        start, rate, years = dice.randint(2, 20) * 500, dice.choice([2, 3, 4, 5, 6]), dice.randint(3, 12)
        end = start * (1 + rate / 100) ** years
        made.append((f"{start:,} grows at {rate} % a year for {years} years. What does it become?", f"${start:,} times 1.0{rate}^{years} approx {end:,.2f}$"))
    for rate in dice.sample([2, 3, 4, 6, 8, 9], 2):
        exact = math.log(2) / math.log(1 + rate / 100)
        made.append((f"How long does money take to double at {rate} %? Use the rule of 72.", f"about {number(Fraction(72, rate), 1)} years (exactly {exact:.1f})"))
    monthly = dice.choice([1.0, 1.5, 2.0])
    made.append(
        (f"A card charges {monthly:g} % a month. What is that a year?", f"$(1 + {monthly / 100:g})^12 - 1 approx {((1 + monthly / 100) ** 12 - 1) * 100:.1f}$ %")
    )
    inflation = dice.choice([2, 3, 4])
    left = 100 * (1 + inflation / 100) ** -20
    made.append((f"Prices rise by {inflation} % a year. What will 100 buy in twenty years, in today’s goods?", f"$100 div 1.0{inflation}^20 approx {left:.1f}$"))
    save, years = dice.choice([50, 100, 150]), dice.choice([10, 20])
    factor = 1.04
    total = save * 12 * (factor**years - 1) / (factor - 1)
    made.append(
        (f"You put {save * 12:,} aside at the end of each year, at 4 %. What is there after {years} years?",
         f"${save * 12:,} times (1.04^{years} - 1) / 0.04 approx {total:,.0f}$")
    )  # fmt: skip
    return made


def _average(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(3):
        values = [dice.randint(4, 30) for _ in range(dice.choice([5, 7]))]
        ordered = sorted(values)
        made.append(
            (f"Mean and median of {', '.join(map(str, values))}?", f"mean {number(Fraction(sum(values), len(values)))}; median {ordered[len(values) // 2]}")
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
    made.append((f"Find the standard deviation of {', '.join(map(str, values))}.", f"mean {number(mean)}; deviation about {spread:.2f}"))
    girls, boys = dice.choice([(12, 18), (10, 15), (14, 6)])
    first, second = dice.choice([(72, 67), (64, 74)])
    made.append(
        (f"{girls} girls score {first} on average, {boys} boys {second}. What is the mean of the class?",
         number(Fraction(girls * first + boys * second, girls + boys)))
    )  # fmt: skip
    return made


def _chance(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    red, blue = dice.randint(3, 7), dice.randint(2, 8)
    made.append((f"A bag holds {red} red and {blue} blue balls. What is the chance of red?", f"${_fraction(Fraction(red, red + blue))}$"))
    both = Fraction(red * (red - 1), (red + blue) * (red + blue - 1))
    made.append(("The same bag: you draw two without putting back. What is the chance that both are red?", f"${_fraction(both)}$"))
    total = dice.choice([5, 6, 8, 9])
    ways = sum(1 for a in range(1, 7) for b in range(1, 7) if a + b == total)
    made.append((f"Two dice. What is the chance of a sum of {total}?", f"{ways} of 36 ways: ${_fraction(Fraction(ways, 36))}$"))
    throws = dice.choice([3, 4, 6])
    made.append((f"What is the chance of at least one six in {throws} throws?", f"$1 - (5/6)^{throws} approx {1 - (5 / 6) ** throws:.3f}$"))
    coins = dice.choice([4, 5, 6])
    heads = coins // 2
    made.append((f"{coins} coins. What is the chance of exactly {heads} heads?", f"${_fraction(Fraction(math.comb(coins, heads), 2**coins))}$"))
    ticket, prize, one_in = 2, dice.choice([50, 80, 100]), dice.choice([60, 100])
    made.append(
        (f"A ticket costs {ticket}. One in {one_in} wins {prize}. What do you lose on average per ticket?",
         number(ticket - Fraction(prize, one_in)))
    )  # fmt: skip
    ill, missed, false = 1, 10, dice.choice([3, 5])
    sick, well = Fraction(ill * (100 - missed), 10_000), Fraction((100 - ill) * false, 10_000)
    made.append(
        (f"One in a hundred has an illness. A test finds nine of ten ill people and wrongly alarms {false} of 100 healthy ones. "
         "Your test is positive: how likely are you ill?", f"about {float(sick / (sick + well)) * 100:.0f} %")
    )  # fmt: skip
    return made


def _fraction(value: Fraction) -> str:
    return f"{value.numerator} / {value.denominator}"


def _distance(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    triples = [(3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29)]
    for a, b, c in dice.sample(triples, 3):
        factor = dice.randint(1, 4)
        made.append((f"The short sides are {a * factor} and {b * factor}. Find the long side.", str(c * factor)))
    a, b, c = dice.choice(triples[:3])
    made.append((f"A ladder of {c} dm stands {a} dm from the wall. How high does it reach?", f"$sqrt({c}^2 - {a}^2) = {b}$ dm"))
    width, height, diagonal = 16, 9, dice.choice([24, 32, 55])
    real = diagonal * width / math.hypot(width, height)
    made.append((f"A screen of {diagonal} inches has the shape {width} : {height}. How wide is it?", f"about {real:.1f} inches"))
    x, y = dice.randint(2, 9), dice.randint(2, 9)
    made.append((f"How far is the point ({x}, {y}) from the point ($-1$, 1)?", f"$sqrt({x + 1}^2 + {y - 1}^2) approx {math.hypot(x + 1, y - 1):.2f}$"))
    eye = dice.choice([2, 20, 100])
    made.append(
        (f"From {eye} m above the sea, how far is the horizon? (Earth’s radius is 6,371 km.)",
         f"about {math.sqrt(2 * 6371 * eye / 1000):.1f} km")
    )  # fmt: skip
    return made


def _area(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    base, height = dice.randint(6, 20), dice.randint(3, 12)
    made.append((f"A triangle has base {base} and height {height}. Find its area.", number(Fraction(base * height, 2))))
    long, short, tall = dice.randint(9, 16), dice.randint(3, 8), dice.randint(4, 9)
    made.append((f"A roof has parallel edges of {long} m and {short} m, {tall} m apart. Find its area.", f"{number(Fraction((long + short) * tall, 2))} m²"))
    radius = dice.randint(3, 12)
    made.append((f"A round table has radius {radius} dm. Find its area and its edge.", f"about {math.pi * radius**2:.1f} dm² and {math.tau * radius:.1f} dm"))
    small, large = dice.choice([(26, 32), (24, 30), (28, 36)])
    gain = (large / small) ** 2
    made.append((f"How much more pizza is one of {large} cm than one of {small} cm?", f"$({large} / {small})^2 approx {gain:.2f}$: {round((gain - 1) * 100)} % more"))
    a, b, c = dice.randint(3, 6), dice.randint(3, 5), dice.randint(2, 3)
    made.append((f"A room is {a} m by {b} m and {c} m high. How many litres of air is that?", f"{a * b * c * 1000:,} litres"))
    factor = dice.choice([2, 3])
    made.append((f"A tin becomes {factor} times as wide and as high. How many times as much does it hold?", f"${factor}^3 = {factor**3}$ times"))
    wide, deep = dice.choice([(6, 10), (7, 12), (8, 20)])
    made.append((f"A can has a radius of {wide} cm and is {deep} cm high. How much does it hold?", f"about {math.pi * wide**2 * deep / 1000:.2f} litres"))
    return made


def _powers(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(2):
        digits, power = dice.randint(12, 98) / 10, dice.randint(4, 9)
        made.append((f"Write {number(digits * 10**power, 0)} with a power of ten.", f"${digits:g} times 10^{power}$"))
    folds = dice.choice([20, 25, 30])
    thick = 0.1 * 2**folds / 1e6
    made.append((f"Paper of 0.1 mm is folded {folds} times. How thick would it be?", f"$0.1 times 2^{folds}$ mm, about {thick:,.1f} km"))
    target, ratio = dice.choice([(1000, 2), (1_000_000, 2), (10_000, 3)])
    steps = math.ceil(math.log(target) / math.log(ratio))
    made.append((f"How many steps of times {ratio} lead from 1 to beyond {target:,}?", f"{steps}, for ${ratio}^{steps} = {ratio**steps:,}$"))
    pairs = dice.choice([(1000, 100), (100_000, 1000)])
    product = round(math.log10(pairs[0] * pairs[1]))
    made.append((f"Find the logarithm (base ten) of ${pairs[0]} times {pairs[1]}$.", f"${round(math.log10(pairs[0]))} + {round(math.log10(pairs[1]))} = {product}$"))
    louder = dice.choice([20, 30])
    made.append((f"A sound is {louder} decibels stronger. How many times the power is that?", f"$10^{louder // 10} = {10 ** (louder // 10):,}$ times"))
    half, hours = dice.choice([(6, 24), (5, 15), (8, 24)])
    made.append((f"Half of a medicine is gone every {half} hours. How much of 400 mg is left after {hours}?", f"{number(Fraction(400, 2 ** (hours // half)))} mg"))
    return made


def _motion(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for speed, minutes in zip(dice.sample([15, 18, 60, 84, 90], 2), dice.sample([10, 20, 25, 40, 50], 2), strict=True):
        made.append((f"How far do you come in {minutes} minutes at {speed} km/h?", f"{number(Fraction(speed * minutes, 60))} km"))
    speed = dice.choice([18, 36, 54, 90])
    made.append((f"Turn {speed} km/h into metres a second.", f"${speed} div 3.6 = {number(Fraction(speed * 10, 36))}$ m/s"))
    gap, first, second = dice.choice([(150, 40, 60), (240, 70, 50), (90, 18, 12)])
    hours = Fraction(gap, first + second)
    made.append((f"Two trains, {gap} km apart, meet at {first} and {second} km/h. When?", f"after {number(hours)} hours"))
    seconds = dice.choice([3, 6, 9])
    made.append((f"Thunder comes {seconds} seconds after the flash. How far is the storm?", f"about {seconds * 343 / 1000:.1f} km"))
    slow, fast = dice.choice([(12, 15), (10, 15), (20, 30)])
    made.append(
        (f"One tap fills a bath in {slow} minutes, another in {fast}. How long do they take together?",
         f"$1 / (1/{slow} + 1/{fast}) = {number(1 / (Fraction(1, slow) + Fraction(1, fast)), 1)}$ minutes")
    )  # fmt: skip
    start = dice.randint(7, 10)
    long = dice.choice([95, 130, 165, 200])
    end = start * 60 + 48 + long
    made.append((f"A film begins at {start}:48 and lasts {long} minutes. When does it end?", f"{end // 60}:{end % 60:02d}"))
    return made


MAKERS: dict[str, Maker] = {
    "estimate": _estimate,
    "percent": _percent,
    "ratio": _ratio,
    "interest": _interest,
    "average": _average,
    "chance": _chance,
    "distance": _distance,
    "area": _area,
    "powers": _powers,
    "motion": _motion,
}
