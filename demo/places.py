"""The invented community: three estates, six grids, twenty-four buildings, and who lives behind each door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from community import founding
from community.models import Community, User
from core import clock
from core.spreadsheets import Cell, Sheet
from demo.people import People
from grids import actions
from grids.models import Estate, Grid
from grids.rosters import applying
from grids.rosters import sheet as roster_sheet

CODE = "990102001001"
ESTATES = {"197": "朱方路197号", "225": "朱方路225号", "231": "朱方路231号"}
SELF_MANAGED = "225"
GRID_NAMES = ("第一网格", "第二网格", "第三网格", "第四网格", "第五网格", "第六网格")
BUILDINGS_AN_ESTATE = 8
UNITS, FLOORS, DOORS_A_FLOOR = 4, 5, 3
VACANT_EVERY = 33
AREAS = (48.62, 61.08, 72.45, 90.0)
HEADINGS = (
    "网格",
    "住址",
    "与户主关系",
    "姓名",
    "性别",
    "出生日期",
    "身份证号",
    "联系电话",
    "就业状况",
    "建筑面积(㎡)",
    "人员类别",
    "政治面貌",
)


def found_community() -> Community:
    """The row that everything else hangs on."""
    return founding.found_community(
        code=CODE,
        name="朱方路社区",
        short_name="225",
        phone="0000-8812345",
        address="朱方路225号院门东侧",
        office_hours="周一至周五 9:00–17:30",
        about="一个老小区连成的社区。大家的事大家议、大家办，花了多少钱每个季度贴出来。",
        is_demo=True,
    )


def lay_out(community: Community, *, by: User) -> tuple[list[Grid], list[Estate]]:
    """The grids and estates, before the roster fills them; grids are smaller here than elsewhere."""
    actions.change_grid_limits(community, by=by, grid_households_from=200, grid_households_to=300)
    grids = [
        actions.add_grid(community, by=by, code=f"{CODE}{number:03d}", name=name)
        for number, name in enumerate(GRID_NAMES, 1)
    ]
    estates = [
        actions.add_estate(community, by=by, code=code, name=name, address=name, is_self_managed=code == SELF_MANAGED)
        for code, name in ESTATES.items()
    ]
    return grids, estates


def settle(community: Community, *, seed: int, by: User) -> None:
    """Fill the doors through the roster import, as a real community would."""
    roster = roster_sheet.read([Sheet("花名册", [list(HEADINGS), *_rows(People(seed, clock.today()), clock.today())])])
    applying.apply(roster, community=community, by=by)


def _rows(people: People, today: date) -> Iterator[list[Cell]]:
    for number, (grid, address) in enumerate(_doors()):
        if number % VACANT_EVERY == VACANT_EVERY - 1:
            continue
        for person in people.household():
            area = AREAS[number % len(AREAS)] if person.relation == "户主" else None
            yield [
                grid,
                address,
                person.relation,
                person.name,
                person.sex,
                person.born,
                person.id_number,
                person.phone,
                person.employment,
                area,
                person.care,
                person.party,
            ]


def _doors() -> Iterator[tuple[str, str]]:
    """Every door with its grid: two grids an estate, four buildings each."""
    for estate_index, code in enumerate(ESTATES):
        for building in range(1, BUILDINGS_AN_ESTATE + 1):
            grid = GRID_NAMES[estate_index * 2 + (building > BUILDINGS_AN_ESTATE // 2)]
            for unit in range(1, UNITS + 1):
                for floor in range(1, FLOORS + 1):
                    for door in range(1, DOORS_A_FLOOR + 1):
                        yield grid, f"{code}号{building}幢{unit}单元{floor}{door:02d}室"
