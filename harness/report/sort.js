// Opens folded tables for print, which cannot be asked to.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));

// Sorts a table by the column whose heading is pressed: numbers by value, words by alphabet, unknown last.
document.querySelectorAll("table.sortable").forEach((table) => {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    if (!("sort" in cell.dataset)) return null;
    return heads[column].classList.contains("n") ? Number(cell.dataset.sort) : cell.dataset.sort;
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true }));
  heads.forEach((head, column) => {
    head.firstElementChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((one, other) => {
        const a = value(one, column), b = value(other, column);
        if (a === null || b === null) return (a === null) - (b === null);
        return down ? compare(b, a) : compare(a, b);
      });
      body.append(...rows);
    });
  });
});
