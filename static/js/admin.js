// Fields with suggestions carry the name of their field for readers who do not see it; the library leaves it out.
(function ($) {
  "use strict";
  if (!$) { return; }
  function nameOf(select) {
    var label = document.querySelector('label[for="' + select.id + '"]'), cell = select.closest("td"), head;
    if (!label && cell) { head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex]; }
    return ((label || head || select).textContent || "").trim().replace(/:$/, "");
  }
  function name(select) {
    var box = select.nextElementSibling, name = nameOf(select), shown;
    if (!box || !box.classList.contains("select2") || !name) { return; }
    box.querySelectorAll("[role=combobox], [role=searchbox]").forEach(function (field) {
      var value = field.getAttribute("aria-labelledby");
      field.setAttribute("aria-label", name);
      if (value) {
        field.id = field.id || select.id + "-box";
        field.setAttribute("aria-labelledby", field.id + " " + value);
      }
    });
    // What is chosen is a text in the field, or several with a cross beside them: neither a field of its own nor a plain list.
    shown = box.querySelector(".select2-selection__rendered");
    if (shown.tagName === "UL") { shown.setAttribute("role", "none"); } else { shown.removeAttribute("role"); }
    shown.removeAttribute("aria-readonly");
  }
  function nameAll(within) { within.querySelectorAll("select.admin-autocomplete").forEach(name); }
  $(function () { nameAll(document); });
  document.addEventListener("formset:added", function (event) { setTimeout(function () { nameAll(event.target); }); });
  // What drops down has a field of its own.
  $(document).on("select2:open", function (event) {
    var field = document.querySelector(".select2-search--dropdown .select2-search__field");
    if (field) { field.setAttribute("aria-label", nameOf(event.target)); }
  });
})(window.django && window.django.jQuery);

// In Arabic the sentences and calendars that scripts write have Arabic digits, as the pages do.
(function () {
  "use strict";
  if (document.documentElement.lang !== "ar") { return; }
  function written(text) { return text.replace(/[0-9]/g, function (digit) { return "٠١٢٣٤٥٦٧٨٩"[digit]; }); }
  var interpolate = window.interpolate, calendars = window.CalendarNamespace, draw = calendars && calendars.draw;
  if (interpolate) { window.interpolate = function () { return written(interpolate.apply(this, arguments)); }; }
  if (!draw) { return; }
  calendars.draw = function (month, year, id) {
    draw.apply(this, arguments);
    document.getElementById(id).querySelectorAll("caption, td a").forEach(function (each) { each.textContent = written(each.textContent); });
  };
})();
