"""The guided collector: builds the page and the script a customer runs, and reads back what they made."""
