import { questionList } from './question-list.js';

/** Every program of a reference is run by the tests, and every result computed there. */
export const codingMath = questionList('coding-math', [
  {
    tags: ['coding', 'javascript'],
    turns: [
      'Write a JavaScript function `mapLimit(items, limit, work)` without any library. It calls the asynchronous `work(item, index)` for each element of an array, never has more than `limit` calls under way, and resolves to the results in the order of the items. When a call rejects, it rejects with that error at once and begins no further call. Mind an empty array and a `work` that throws before it returns a promise.',
    ],
    reference: [
      `\`\`\`js
function mapLimit(items, limit, work) {
  return new Promise((resolve, reject) => {
    const results = new Array(items.length);
    let next = 0;
    let finished = 0;
    let failed = false;
    const begin = () => {
      if (failed || next === items.length) return;
      const index = next++;
      new Promise((done) => done(work(items[index], index))).then(
        (result) => {
          results[index] = result;
          finished++;
          if (finished === items.length) resolve(results);
          else begin();
        },
        (error) => {
          failed = true;
          reject(error);
        },
      );
    };
    if (items.length === 0) resolve(results);
    for (let started = 0; started < Math.min(limit, items.length); started++) begin();
  });
}
\`\`\`

Points to look for: results are stored by index, not by order of completion; a failure stops calls that have not begun, also while the first ones are being started; a synchronous throw becomes a rejection (here by calling \`work\` inside a promise's executor); an empty array resolves to \`[]\` instead of never.`,
    ],
  },
  {
    tags: ['coding', 'python'],
    turns: [
      'Two lists of half-open intervals `[start, end)` are given, each sorted and without overlaps within itself. Write a Python function `subtract(a, b)` that returns, sorted, the intervals of everything that is covered by `a` and not by `b`, in time linear in both lengths. No empty interval may be returned. Intervals of `a` that touch each other stay separate.',
    ],
    reference: [
      `\`\`\`python
def subtract(a, b):
    result = []
    first = 0
    for start, end in a:
        while first < len(b) and b[first][1] <= start:
            first += 1
        position = start
        index = first
        while index < len(b) and b[index][0] < end:
            if b[index][0] > position:
                result.append((position, b[index][0]))
            position = max(position, b[index][1])
            index += 1
        if position < end:
            result.append((position, end))
        first = max(first, index - 1)
    return result
\`\`\`

An interval of \`b\` can reach into several of \`a\`, so only the last one touched may be looked at again: that is what \`index - 1\` does, and it keeps the time linear. Starting at 0 again for each interval of \`a\` is right but quadratic. \`subtract([(0, 10)], [(2, 3), (5, 12)])\` is \`[(0, 2), (3, 5)]\`.`,
    ],
  },
  {
    tags: ['coding', 'javascript', 'debugging'],
    turns: [
      'Find every bug in this JavaScript function, say for each an input that shows it, and write a corrected version that leaves its argument alone:\n\n```js\nfunction median(numbers) {\n  numbers.sort();\n  const middle = numbers.length / 2;\n  return numbers.length % 2 ? numbers[middle] : numbers[middle] + numbers[middle - 1] / 2;\n}\n```\n\nFor an empty array it should return `undefined`.',
    ],
    reference: [
      `1. \`sort()\` compares as text: \`[10, 9, 1]\` becomes \`[1, 10, 9]\`. 2. It sorts the caller's array: after \`median(list)\` the list is in another order. 3. With an odd length \`middle\` is no whole number: \`[1, 2, 3]\` gives \`numbers[1.5]\`, which is \`undefined\`. 4. \`/\` binds before \`+\`: \`[1, 3]\` gives 3 + 1/2 = 3.5 instead of 2. 5. An empty array gives \`NaN\` instead of \`undefined\`.

\`\`\`js
function median(numbers) {
  if (numbers.length === 0) return undefined;
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
\`\`\``,
    ],
  },
  {
    tags: ['coding', 'sql'],
    turns: [
      "A table `logins(user_id INTEGER, day TEXT)` holds dates such as `2024-02-29`; a user may have several rows for one day. Write one SQL query for SQLite (3.25 or newer) that gives each user's longest streak of consecutive days as `user_id, first_day, days`; of equally long streaks the earliest; ordered by user.",
    ],
    reference: [
      `\`\`\`sql
WITH visits AS (
  SELECT DISTINCT user_id, day FROM logins
),
numbered AS (
  SELECT user_id, day,
         julianday(day) - ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY day) AS streak
  FROM visits
),
streaks AS (
  SELECT user_id, MIN(day) AS first_day, COUNT(*) AS days
  FROM numbered
  GROUP BY user_id, streak
),
ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY days DESC, first_day) AS place
  FROM streaks
)
SELECT user_id, first_day, days FROM ranked WHERE place = 1 ORDER BY user_id;
\`\`\`

Within a streak the day's number and the row's number grow alike, so their difference names the streak. Doubled days must go first (\`DISTINCT\`), or row numbers run ahead. Subtracting days as text, or taking the day of the month, fails at the ends of months.`,
    ],
  },
  {
    tags: ['coding', 'python'],
    turns: [
      'Write a Python function `evaluate(expression)` that computes arithmetic with `+ - * / ^`, unary minus, parentheses, decimals and spaces, without `eval`, `ast` or any parser library. `^` binds tightest and groups to the right, and unary minus binds less tightly than `^`: `-2^2` is -4 and `2^-1` is 0.5. Anything malformed, the empty text included, raises `ValueError` with the position.',
    ],
    reference: [
      `\`\`\`python
import re

def evaluate(expression):
    tokens = []
    position = 0
    while position < len(expression):
        if expression[position].isspace():
            position += 1
            continue
        match = re.compile(r"(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)|[-+*/^()]").match(expression, position)
        if match is None:
            raise ValueError(f"unexpected {expression[position]!r} at position {position}")
        tokens.append((match.group(), position))
        position = match.end()
    tokens.append(("", len(expression)))
    at = 0

    def take(*wanted):
        nonlocal at
        if tokens[at][0] in wanted:
            at += 1
            return tokens[at - 1][0]
        return None

    def fail():
        text, position = tokens[at]
        found = repr(text) if text else "the end"
        raise ValueError(f"unexpected {found} at position {position}")

    def total():
        value = product()
        while operator := take("+", "-"):
            value = value + product() if operator == "+" else value - product()
        return value

    def product():
        value = signed()
        while operator := take("*", "/"):
            value = value * signed() if operator == "*" else value / signed()
        return value

    def signed():
        return -signed() if take("-") else power()

    def power():
        base = atom()
        return base ** signed() if take("^") else base

    def atom():
        nonlocal at
        if take("("):
            value = total()
            if not take(")"):
                fail()
            return value
        text = tokens[at][0]
        if not text or text in "+-*/^()":
            fail()
        at += 1
        return float(text)

    value = total()
    if tokens[at][0]:
        fail()
    return value
\`\`\`

Points to look for: \`2^3^2\` is 512, \`-2^2\` is -4, \`2^-1\` is 0.5, \`2--3\` is 5, \`8/4/2\` is 1; \`1 2\`, \`(1\`, \`)\`, \`1+\` and the empty text are refused.`,
    ],
  },
  {
    tags: ['coding', 'python'],
    turns: [
      'Write a Python function `order(needs)` for a dictionary that maps each task to the list of tasks that must be done before it. It returns all tasks, those included that appear only as requirements, so that every task comes after what it needs; wherever several could be next, the alphabetically first. If that is impossible it raises `ValueError` whose message shows one cycle, such as `a -> b -> a`.',
      'Tasks can now be done at the same time. Write `stages(needs)`, which returns a list of sorted lists: each task stands in the earliest stage in which everything it needs is already done. Errors as before.',
    ],
    reference: [
      `\`\`\`python
import heapq

def order(needs):
    missing = {task: set() for task in needs}
    unlocks = {}
    for task, required in needs.items():
        for other in required:
            missing.setdefault(other, set())
            missing[task].add(other)
            unlocks.setdefault(other, set()).add(task)
    ready = [task for task, rest in missing.items() if not rest]
    heapq.heapify(ready)
    done = []
    while ready:
        task = heapq.heappop(ready)
        done.append(task)
        for other in unlocks.get(task, ()):
            missing[other].discard(task)
            if not missing[other]:
                heapq.heappush(ready, other)
    if len(done) < len(missing):
        raise ValueError(find_cycle({task: rest for task, rest in missing.items() if rest}))
    return done

def find_cycle(missing):
    # Every task that is left needs another that is left: following any of them must come back.
    path = []
    task = min(missing)
    while task not in path:
        path.append(task)
        task = min(missing[task])
    cycle = path[path.index(task):] + [task]
    return " -> ".join(cycle)
\`\`\`

A heap, not a queue, keeps the choice alphabetical. A requirement that is listed twice must not be counted twice, and a task that needs itself is a cycle (\`a -> a\`).`,
      `\`\`\`python
def stages(needs):
    stage = {}
    for task in order(needs):
        stage[task] = 1 + max((stage[other] for other in needs.get(task, ())), default=-1)
    result = [[] for _ in range(1 + max(stage.values(), default=-1))]
    for task in sorted(stage):
        result[stage[task]].append(task)
    return result
\`\`\`

A task's stage is one more than the latest of those it needs; \`order\` has found cycles already and gives the tasks in an order in which those are known. No task at all gives an empty list.`,
    ],
  },
  {
    tags: ['math', 'probability'],
    turns: [
      'A bag holds 5 red and 7 blue balls. Balls are drawn one by one without being put back until both colours have been seen. What is the expected number of draws? Give an exact fraction and a derivation that somebody could check without a computer.',
    ],
    reference: [
      'The answer is 67/24, about 2.79. Look at the first ball. If it is red (probability 5/12), 4 red and 7 blue are left, and one waits for the first blue. Among r others and k wanted balls in random order the wanted ones cut the others into k + 1 parts of equal expected length r/(k + 1), so the first wanted ball comes on average at place 1 + r/(k + 1): here 1 + 4/8 = 3/2. If it is blue (7/12), one waits for the first of 5 red among 6 blue: 1 + 6/6 = 2. In all 1 + 5/12 · 3/2 + 7/12 · 2 = 1 + 5/8 + 7/6 = 67/24.',
    ],
  },
  {
    tags: ['math', 'number theory'],
    turns: [
      'What are the last three digits of $7^{7^7}$, that is, of 7 raised to the power 7⁷? Reason so that every step can be checked by hand.',
    ],
    reference: [
      'They are 343. 7⁴ = 2401, so 7²⁰ = (1 + 2400)⁵. By the binomial theorem that is 1 + 5 · 2400 + 10 · 2400² + …; 5 · 2400 = 12000 and all further terms are divisible by 1000 as well, so 7²⁰ leaves 1 when divided by 1000. Only the exponent modulo 20 counts: 7² = 49 leaves 9 and 7⁴ leaves 1 when divided by 20, so 7⁷ = 7⁴ · 7³ leaves what 343 leaves, which is 3. Hence the last digits are those of 7³ = 343.',
    ],
  },
  {
    tags: ['math', 'geometry'],
    turns: [
      "A cube with edges of 1 metre stands flush against a vertical wall. A ladder 4 metres long stands on the floor, touches the cube's upper outer edge and leans against the wall. How high up the wall can its top be? Give all answers exactly and to the centimetre.",
    ],
    reference: [
      "There are two: about 3.76 m and 1.36 m. Let the foot stand x and the top y from the corner. The ladder's line passes through (1, 1): 1/x + 1/y = 1, so xy = x + y; and x² + y² = 16. With s = x + y: s² − 2s = 16, so s = 1 + √17 (the other root is negative). Then x and y are the roots of t² − st + s = 0: t = (s ± √(s² − 4s))/2 = (1 + √17 ± √(14 − 2√17))/2, which are 3.7609 and 1.3622. Either may be the height, since x and y can be exchanged.",
    ],
  },
  {
    tags: ['math', 'combinatorics'],
    turns: [
      'In how many ways can a strip of 2 by 10 cells be covered without gaps by dominoes (2 by 1, in either direction) and squares of 2 by 2? Derive a recurrence and the number.',
      'How many of these coverings look the same when the strip is mirrored left to right, and how many coverings remain if mirror images count as one?',
    ],
    reference: [
      'There are 683. Let a(n) be the number for length n. The left end is closed by one upright domino, leaving a(n − 1), or by two lying dominoes or a square, leaving a(n − 2) each time: a(n) = a(n − 1) + 2a(n − 2) with a(0) = a(1) = 1. That gives 1, 3, 5, 11, 21, 43, 85, 171, 341, 683 for n = 1 to 10; in closed form a(n) = (2^(n + 1) + (−1)^n)/3.',
      '43 look the same, and 363 remain. In a covering that equals its mirror image either no piece crosses the middle, and the left half of length 5 decides everything: a(5) = 21; or the two middle columns are covered by two lying dominoes or a square, and the 4 columns on the left decide the rest: 2 · a(4) = 22. Together 43. The others come in pairs: (683 − 43)/2 + 43 = 363.',
    ],
  },
]);
