-- Thresholds of budgets are in `admission_alerts`, each of its own; nobody has read this since.
alter table admission_windows drop column alerted_percent;
